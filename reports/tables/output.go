package tables

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"wavetank/reports/wording"
)

// Output holds what a command prints, for all formats but that of a terminal.
type Output struct {
	Title  string
	Before []string // sentences above the tables
	Data   []Data
	After  []string // sentences below the tables
	shown  []table  // the tables for people; nil: those of Data
}

// Formats lists the formats of Output.Write.
func Formats() []string { return []string{"json", "csv", "markdown", "latex"} }

// Only keeps the tables with the given keys, in the order of the keys. The error names the keys
// that there are.
func (o Output) Only(keys []string) (Output, error) {
	var known []string
	for _, d := range o.Data {
		known = append(known, d.Key)
	}
	kept := Output{}
	for _, key := range keys {
		at := slices.Index(known, key)
		if at < 0 {
			return o, fmt.Errorf("there is no table %q; there are %s", key, wording.List(known))
		}
		kept.Data = append(kept.Data, o.Data[at])
	}
	return kept, nil
}

// Write writes the output in a format of Formats.
//
//   - json: one object. Each key is that of a table, with a list of one object for each row. The
//     key "summary" has the sentences.
//   - csv: the tables. Where there are several, a line "# KEY" is above each, and an empty line
//     between two.
//   - markdown and latex: the tables as people read them, with the sentences.
func (o Output) Write(w io.Writer, format string) error {
	var b bytes.Buffer
	var err error
	switch format {
	case "json":
		err = o.json(&b)
	case "csv":
		err = o.csv(&b)
	case "markdown":
		o.markdown(&b)
	case "latex":
		o.latex(&b)
	default:
		err = fmt.Errorf("there is no format %q", format)
	}
	if err != nil {
		return err
	}
	_, err = w.Write(b.Bytes())
	return err
}

// Print writes the output for a terminal. It leaves out empty tables.
func (o Output) Print(w io.Writer, look Terminal) error {
	p := &page{Terminal: look}
	p.text(bold, o.Title)
	p.text(normal, o.Before...)
	for _, t := range o.tables() {
		if len(t.lines) > 0 {
			p.table(t)
		}
	}
	if len(o.After) > 0 {
		p.text(normal, "")
		p.text(bold, o.After...)
	}
	_, err := io.WriteString(w, p.String())
	return err
}

func (o Output) json(b *bytes.Buffer) error {
	b.WriteString("{")
	for i, d := range o.Data {
		fmt.Fprintf(b, "%s\n  %q: [", comma(i), d.Key)
		for j, row := range d.Rows {
			fmt.Fprintf(b, "%s\n    {", comma(j))
			for k, v := range row {
				text, err := encoded(v)
				if err != nil {
					return err
				}
				fmt.Fprintf(b, "%s%q: %s", []string{"", ", "}[min(k, 1)], d.Columns[k].Key, text)
			}
			b.WriteString("}")
		}
		if len(d.Rows) > 0 {
			b.WriteString("\n  ")
		}
		b.WriteString("]")
	}
	if len(o.After) > 0 {
		fmt.Fprintf(b, "%s\n  \"summary\": [", comma(len(o.Data)))
		for i, sentence := range o.After {
			text, err := encoded(wording.Spaced(sentence))
			if err != nil {
				return err
			}
			fmt.Fprintf(b, "%s\n    %s", comma(i), text)
		}
		b.WriteString("\n  ]")
	}
	b.WriteString("\n}\n")
	return nil
}

// comma returns the separator in front of the i-th element.
func comma(i int) string { return []string{"", ","}[min(i, 1)] }

func (o Output) csv(b *bytes.Buffer) error {
	for i, d := range o.Data {
		text, err := d.csv()
		if err != nil {
			return err
		}
		if len(o.Data) > 1 {
			fmt.Fprintf(b, "%s# %s\n", strings.Repeat("\n", min(i, 1)), d.Key)
		}
		b.Write(text)
	}
	return nil
}

// tables returns the tables for people. A table of results without columns behind the names is left
// out.
func (o Output) tables() []table {
	if o.shown != nil {
		return slices.DeleteFunc(slices.Clone(o.shown), func(t table) bool { return len(t.head) < 2 })
	}
	var list []table
	for _, d := range o.Data {
		list = append(list, d.table())
	}
	return list
}

func (o Output) markdown(out *bytes.Buffer) {
	var b strings.Builder
	if o.Title != "" {
		fmt.Fprintf(&b, "# %s\n\n", escape(o.Title))
	}
	paragraphs(&b, o.Before, escape)
	for _, t := range o.tables() {
		t.markdownPart(&b, "##")
	}
	paragraphs(&b, o.After, escape)
	out.WriteString(strings.TrimRight(b.String(), "\n") + "\n")
}

// paragraphs writes sentences, each as a paragraph.
func paragraphs(b *strings.Builder, sentences []string, escape func(string) string) {
	for _, sentence := range sentences {
		if sentence != "" {
			fmt.Fprintf(b, "%s\n\n", escape(sentence))
		}
	}
}
