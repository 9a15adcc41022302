package main

import (
	"fmt"
	"io"
	"os"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"
)

// progress shows how many of the runs of an experiment are done: a bar on a terminal, a line for every tenth elsewhere.
type progress struct {
	w     io.Writer
	what  string // kind of runs
	total int
	pool  *mpb.Progress
	bar   *mpb.Bar
	tenth int
}

func newProgress(w io.Writer, total int, what string) *progress {
	p := &progress{w: w, what: what, total: total}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.pool = mpb.New(mpb.WithOutput(w), mpb.WithWidth(48))
		p.bar = p.pool.AddBar(int64(total), mpb.BarRemoveOnComplete(),
			mpb.PrependDecorators(decor.Name(what+" "), decor.CountersNoUnit("%d of %d")),
			mpb.AppendDecorators(decor.Percentage(), decor.Name("  "), decor.AverageETA(decor.ET_STYLE_GO)))
	}
	return p
}

// update tells that a run is done.
func (p *progress) update(done, of int) {
	if p.bar != nil {
		p.bar.SetCurrent(int64(done))
		return
	}
	if tenth := 10 * done / of; tenth > p.tenth {
		p.tenth = tenth
		fmt.Fprintf(p.w, "%d of %d %s\n", done, of, p.what)
	}
}

// stop takes the bar away.
func (p *progress) stop() {
	if p.bar != nil {
		p.bar.Abort(true)
		p.pool.Wait()
	}
}
