/// Files of vectors, read as streams of rows whatever their format.
///
/// Start at [dev.kith.client.file.VectorFile]. A file may be larger than memory: only the batch
/// asked for is held. A file that is not what its format demands is refused with a
/// [dev.kith.client.file.MalformedFileException], which names the place, what was expected and what
/// was found; no count in a file is believed before the file's length agrees.
@NullMarked
package dev.kith.client.file;

import org.jspecify.annotations.NullMarked;
