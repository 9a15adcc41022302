package tables

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// answer is what the answers of all plans begin with.
type answer struct {
	title   string
	asks    string   // the objectives, and what is counted
	verdict []string // the answer in sentences
	counts  []string // what was left out, and the runs, in sentences
}

// print writes the answer with its tables for a terminal.
func (a answer) print(w io.Writer, look Terminal, tables ...table) error {
	p := &page{Terminal: look}
	if !look.Quiet {
		p.text(bold, a.title)
		p.text(normal, a.asks)
		for _, t := range tables {
			p.table(t)
		}
		p.text(normal, "")
	}
	for i, sentence := range a.verdict {
		p.text([...]string{bold, normal}[min(i, 1)], sentence)
	}
	if !look.Quiet {
		p.text(normal, a.counts...)
	}
	_, err := io.WriteString(w, p.String())
	return err
}

// markdown returns the answer with a picture and its tables as a Markdown page.
func (a answer) markdown(picture string, tables ...table) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s\n\n", escape(a.title), escape(a.asks))
	for _, sentence := range slices.Concat(a.verdict, a.counts) {
		fmt.Fprintf(&b, "%s\n\n", escape(sentence))
	}
	fmt.Fprintf(&b, "%s\n\n", picture)
	for _, t := range tables {
		t.markdown(&b, "##")
	}
	return b.String()
}
