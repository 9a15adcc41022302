// Package table is the only reader of tables in files of users: traces of requests and of machines,
// tables of lengths, measurements, tables of kernels and of theoretical values.
//
// A table is a file of separated values with a header, of JSON objects, or a Parquet file. It is
// plain, or compressed with gzip, zstd or xz. The package finds the format from the content of the
// file, never from its name:
//
//   - compression, and Parquet, by the first bytes of the file
//   - JSON lines by a brace at the beginning of the first line; objects may also have several
//     lines, or stand in one list
//   - the separator by the header: comma, semicolon, tab or bar; without these caret, tilde or
//     blanks
//   - further rows of a header: see headers
//
// Members of an object inside an object are columns named outer.inner. A member that is null counts
// as missing. Byte order marks, Windows line ends and blank lines are ignored.
//
// A Reader returns the rows one after another and never holds more than one. The test Example shows
// its use:
//
//   - Open opens the file and reads the names of its columns
//   - Need and Optional return the places of columns
//   - Next moves to the next row that can be split into cells
//   - Count, Number, SinceZero and Text read a cell, and record its faults
//   - Fail and FailRow record further faults, and Good reports whether the row has none
//   - End returns the faults of all rows, each with its line
//
// Load returns a whole table. Its columns can be looked up by several names. Their names may be
// written in other ways, and end in a unit of time.
//
// The faults of a file are a FileError. It names the file, lists at most MostTold bad lines, and
// counts the others.
package table
