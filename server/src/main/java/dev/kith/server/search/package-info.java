/// Searches, from a translated request to hits with ids and payloads.
///
/// [dev.kith.server.search.Planner] decides, [dev.kith.server.search.SearchPool] admits,
/// [dev.kith.server.search.SearchEngine] carries out. All policy is in the planner, all arithmetic
/// in the engine module; what is between is here.
@NullMarked
package dev.kith.server.search;

import org.jspecify.annotations.NullMarked;
