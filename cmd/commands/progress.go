package commands

import (
	"fmt"
	"io"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// progress shows how many runs are done. On a terminal it is a bar. Otherwise it is a line after
// every tenth of the runs.
type progress struct {
	w     io.Writer
	what  string // kind of the runs; "": none are shown
	total int
	pool  *mpb.Progress
	bar   *mpb.Bar
	tenth int
	note  func() string // what is known so far; nil: nothing is
	told  string        // the last note in a line
}

// begin starts to show total runs of a kind. If these are shown already, it does nothing.
func (p *progress) begin(what string, total int) {
	if p.what == what && p.total == total {
		return
	}
	p.stop()
	p.what, p.total = what, total
	if isTerminal(p.w) {
		p.pool = mpb.New(mpb.WithOutput(p.w), mpb.WithWidth(48))
		p.bar = p.pool.AddBar(int64(total), mpb.BarRemoveOnComplete(),
			mpb.PrependDecorators(decor.Name(what+" "), decor.CountersNoUnit("%d of %d")),
			mpb.AppendDecorators(decor.Percentage(), decor.Name("  "), decor.AverageETA(decor.ET_STYLE_GO),
				decor.Any(func(decor.Statistics) string { return p.noted("  ") })))
	}
}

// update shows how many of all runs are done.
func (p *progress) update(done, of int) {
	if p.bar != nil {
		p.bar.SetCurrent(int64(done))
		return
	}
	if tenth := 10 * done / of; tenth > p.tenth {
		p.tenth = tenth
		note := p.noted("; ")
		if note == p.told {
			note = ""
		} else {
			p.told = note
		}
		fmt.Fprintf(p.w, "%d of %d %s%s\n", done, of, p.what, note)
	}
}

// stop removes the bar.
func (p *progress) stop() {
	if p.bar != nil {
		p.bar.Abort(true)
		p.pool.Wait()
	}
	*p = progress{w: p.w, note: p.note}
}

// noted returns what is known so far, after a separator.
func (p *progress) noted(separator string) string {
	if p.note == nil {
		return ""
	}
	if text := p.note(); text != "" {
		return separator + text
	}
	return ""
}
