// Package table is the one reader of the tables that users name: traces of requests and of
// machines, tables of lengths, logs and points of measurements, tables of kernels and of theory.
//
// A table is comma-separated values with a header, or JSON lines with an object in each. It is
// plain, gzip or zstd. All of this is told by the content of the file, never by its name:
//
//   - compression by the first bytes of the file
//   - JSON lines by a brace at the beginning of the first line
//   - the separator by what stands between the names of the header: comma, semicolon or tab
//
// Members of an object within an object are columns named outer.inner. A member that is null is
// missing. A mark of byte order, line ends of Windows and blank lines are passed over.
//
// A Reader returns the rows one after another and never holds more than one. Example shows how:
//
//   - Open opens the file and finds out its columns
//   - Need and Optional give the places of columns
//   - Next goes on to the next row that can be split into cells
//   - Count, Number, SinceZero and Text read a cell and note what is wrong with it
//   - Fail and FailRow note further faults, and Good reports whether there is none in the row
//   - End returns the faults of all rows, each with its line
//
// Load returns the whole of a table, whose columns can be looked up by several names and have
// units of time in their endings.
//
// Every fault is a Fault, which names the file and the line. At most MostTold lines are told; the
// others are counted.
package table
