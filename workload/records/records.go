// Package records unfolds documents of other programs into tables. A document is a JSON object that
// holds many records, such as the requests of a benchmark, the spans of a trace or the samples of a
// query. Its table has a row for each record.
package records

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"wavetank/workload/table"
)

// row is a record: its members by name. Inner objects are members, too.
type row map[string]any

// shape is a kind of document.
type shape struct {
	name string
	// members that the object of a document has at its top
	marks []string
	// unfold calls emit for each record of a document. Key numbers the documents of a file, from 0.
	unfold func(document row, key int, emit func(row)) error
}

// shapes lists the kinds of documents. A document is of the first kind whose marks it has.
var shapes = []shape{
	{"otlp", []string{"resourceSpans"}, unfoldSpans},
	{"guidellm", []string{"benchmarks"}, unfoldGuideLLM},
	{"benchmark", []string{"input_lens", "output_lens"}, unfoldLists},
	{"inference-perf", []string{"start_time", "end_time", "info"}, unfoldTokenTimes},
	{"genai-perf", []string{"experiments"}, unfoldExperiments},
	{"prometheus", []string{"status", "data"}, unfoldQuery},
	{"weka", []string{"block_size", "requests"}, unfoldSession},
	{"aibrix", []string{"timestamp", "requests"}, unfoldInstant},
	{"sharegpt", []string{"conversations"}, unfoldTexts},
}

// Names lists the kinds of documents.
func Names() (list []string) {
	for _, s := range shapes {
		list = append(list, s.name)
	}
	return list
}

// Open returns the table of a file. A file that is not a document is returned as it is, and kind is
// then empty.
func Open(f table.File) (unfolded table.File, kind string, err error) {
	var found *shape
	err = table.Objects(f, func(_ int, text []byte) (more bool, err error) {
		names := table.Members(text)
		for i := range shapes {
			if found == nil && !slices.ContainsFunc(shapes[i].marks, func(m string) bool { return !slices.Contains(names, m) }) {
				found = &shapes[i]
			}
		}
		return false, nil
	})
	if err != nil || found == nil {
		return f, "", err
	}
	whole := *found
	return table.File{Name: f.Name, Records: true, Open: func() (io.ReadCloser, error) {
		return &unfolding{file: f, shape: whole}, nil
	}}, whole.name, nil
}

// unfolding is the text of a table: JSON lines with the records of a file.
type unfolding struct {
	file  table.File
	shape shape
	next  func() (line int, text []byte, err error) // next document; nil text at the end
	close func() error
	ready bytes.Buffer // records that have not been read
	count int          // documents so far
	end   error
}

// Read implements io.Reader.
func (u *unfolding) Read(into []byte) (n int, err error) {
	for u.ready.Len() == 0 && u.end == nil {
		u.end = u.more()
	}
	if u.ready.Len() > 0 {
		return u.ready.Read(into)
	}
	return 0, u.end
}

// more unfolds the next document. It returns io.EOF at the end.
func (u *unfolding) more() error {
	if u.next == nil {
		var err error
		if u.next, u.close, err = table.EachObject(u.file); err != nil {
			return err
		}
	}
	line, text, err := u.next()
	if err != nil {
		return err
	}
	if text == nil {
		return io.EOF
	}
	var document row
	decoder := json.NewDecoder(bytes.NewReader(Finite(text)))
	decoder.UseNumber()
	if err := decoder.Decode(&document); err != nil {
		return fmt.Errorf("line %d: no JSON object: %w", line, err)
	}
	var faults []error
	fault := u.shape.unfold(document, u.count, func(r row) {
		text, err := json.Marshal(r)
		faults = append(faults, err)
		u.ready.Write(text)
		u.ready.WriteByte('\n')
	})
	u.count++
	return errors.Join(append(faults, fault)...)
}

// Close implements io.Closer.
func (u *unfolding) Close() error {
	if u.close == nil {
		return nil
	}
	err := u.close()
	u.close = nil
	return err
}

// Finite replaces the numbers that JSON does not know, NaN and Infinity as Python writes them, by
// null. Texts in quotes stay as they are.
func Finite(text []byte) []byte {
	if !bytes.Contains(text, []byte("NaN")) && !bytes.Contains(text, []byte("Infinity")) {
		return text
	}
	out := make([]byte, 0, len(text))
	quoted, escaped := false, false
	for i := 0; i < len(text); i++ {
		b := text[i]
		switch {
		case escaped:
			escaped = false
		case quoted && b == '\\':
			escaped = true
		case b == '"':
			quoted = !quoted
		case !quoted && (b == 'N' || b == 'I' || b == '-'):
			for _, word := range []string{"NaN", "-Infinity", "Infinity"} {
				if bytes.HasPrefix(text[i:], []byte(word)) {
					out, i = append(out, "null"...), i+len(word)
					break
				}
			}
			if i == len(text) {
				return out
			}
			b = text[i]
		}
		out = append(out, b)
	}
	return out
}

// at returns the value at a path of member names, or nil if there is none.
func at(value any, path ...string) any {
	for _, name := range path {
		switch object := value.(type) {
		case row:
			value = object[name]
		case map[string]any:
			value = object[name]
		default:
			return nil
		}
	}
	return value
}

// list returns the list at a path, or nil.
func list(value any, path ...string) []any {
	l, _ := at(value, path...).([]any)
	return l
}

// number returns a number, or false if the value is none.
func number(value any) (float64, bool) {
	n, ok := value.(json.Number)
	if !ok {
		return 0, false
	}
	v, err := n.Float64()
	return v, err == nil
}
