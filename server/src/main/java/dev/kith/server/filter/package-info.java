/// Which points may answer a search: conditions over ids and payload fields.
///
/// A [dev.kith.server.filter.Filter] is what was asked for, a value. A
/// [dev.kith.server.filter.RowFilter] is a filter over the rows of one
/// [dev.kith.server.collection.SearchSnapshot], and reads payloads as it is asked. Nothing here
/// knows how a search comes to ask: that is decided in `search`.
@NullMarked
package dev.kith.server.filter;

import org.jspecify.annotations.NullMarked;
