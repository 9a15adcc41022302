package timeline

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"wavetank/sim/kernel"
)

// events writes trace events one after another.
type events struct {
	w     io.Writer
	line  []byte
	count int
	err   error // first error of w; nothing is written after it
}

// open writes the beginning of the file.
func (e *events) open(about map[string]string) {
	text, err := json.Marshal(about)
	if err != nil {
		e.err = err
		return
	}
	e.write(append(append([]byte(`{"displayTimeUnit":"ms","otherData":`), text...), `,"traceEvents":[`...))
}

// close writes the end of the file.
func (e *events) close() { e.write([]byte("\n]}\n")) }

func (e *events) write(b []byte) {
	if e.err == nil {
		_, e.err = e.w.Write(b)
	}
}

// track is a process and one of its threads.
type track struct{ process, thread int }

// begin begins an event.
func (e *events) begin(phase, name string, at track) {
	e.line = e.line[:0]
	if e.count++; e.count > 1 {
		e.line = append(e.line, ',')
	}
	e.line = append(e.line, '\n')
	e.line = append(e.line, `{"ph":"`...)
	e.line = append(append(e.line, phase...), `","name":`...)
	e.line = appendText(e.line, name)
	e.line = strconv.AppendInt(append(e.line, `,"pid":`...), int64(at.process), 10)
	e.line = strconv.AppendInt(append(e.line, `,"tid":`...), int64(at.thread), 10)
}

// time adds a time in microseconds, to the nanosecond.
func (e *events) time(key string, ns int64) {
	e.line = append(append(append(e.line, `,"`...), key...), `":`...)
	e.line = strconv.AppendInt(e.line, ns/1000, 10)
	if part := ns % 1000; part > 0 {
		e.line = append(e.line, '.')
		e.line = append(e.line, byte('0'+part/100), byte('0'+part/10%10), byte('0'+part%10))
	}
}

// arg is an argument of an event: a whole number, or a text.
type arg struct {
	key  string
	n    int64
	text string // not empty: a text
}

// end adds the arguments and ends the event.
func (e *events) end(args ...arg) {
	if len(args) > 0 {
		e.line = append(e.line, `,"args":{`...)
		for i, a := range args {
			if i > 0 {
				e.line = append(e.line, ',')
			}
			e.line = append(appendText(e.line, a.key), ':')
			if a.text != "" {
				e.line = appendText(e.line, a.text)
			} else {
				e.line = strconv.AppendInt(e.line, a.n, 10)
			}
		}
		e.line = append(e.line, '}')
	}
	e.write(append(e.line, '}'))
}

// slice writes a slice of a thread.
func (e *events) slice(name, category string, on track, from, until kernel.Time, args ...arg) {
	e.begin("X", name, on)
	e.line = append(append(append(e.line, `,"cat":"`...), category...), '"')
	e.time("ts", int64(from))
	e.time("dur", int64(until-from))
	e.end(args...)
}

// instant writes an event without duration, in the scope of its thread.
func (e *events) instant(name, category string, on track, at kernel.Time, args ...arg) {
	e.begin("i", name, on)
	e.line = append(append(append(e.line, `,"s":"t","cat":"`...), category...), '"')
	e.time("ts", int64(at))
	e.end(args...)
}

// counter writes a value of a counter of a process.
func (e *events) counter(name string, process int, at kernel.Time, key string, value float64) {
	e.begin("C", name, track{process, 0})
	e.time("ts", int64(at))
	e.line = append(appendText(append(e.line, `,"args":{`...), key), ':')
	e.line = append(strconv.AppendFloat(e.line, value, 'g', -1, 64), '}')
	e.end()
}

// label is the name of a process or a thread, and its place in the order.
type label struct {
	kind, name string
	place      int
}

func (e *events) label(on track, l label) {
	e.begin("M", l.kind+"_name", on)
	e.end(arg{key: "name", text: l.name})
	e.begin("M", l.kind+"_sort_index", on)
	e.end(arg{key: "sort_index", n: int64(l.place)})
}

// appendText appends a text as JSON.
func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= 0x7f {
			text, err := json.Marshal(s)
			if err != nil {
				panic(fmt.Sprintf("timeline: %v", err)) // a text always has a JSON form
			}
			return append(b, text...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}
