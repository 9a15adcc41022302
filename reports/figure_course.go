package reports

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// overTime is a figure of the time series of one metric over the whole fleet, one panel per policy.
type overTime struct {
	metric string
	axis   string
	most   float64 // the largest value that there can be; the end of the axis where that is finite
	about  string  // beginning of the caption
}

var (
	occupancyCourse = overTime{"kv_occupancy", "KV blocks in use (%)", 100, "Share of the KV blocks of all ready replicas that were in use"}
	runningCourse   = overTime{"running", "Running requests", math.Inf(1), "Requests in the running batches of all token replicas"}
)

// figure makes the figure with the names given.
func (o overTime) figure(name, title string) figure {
	return figure{name, title, o.available, o.caption, func(s *study) vg.Length { return panelHeight(len(s.policies), nil) }, o.draw}
}

func (o overTime) available(s *study) bool {
	return slices.ContainsFunc(s.policies, func(p string) bool { return len(s.course(p, o.metric, everything).times) > 0 })
}

func (o overTime) caption(s *study) string {
	return fmt.Sprintf("%s, one panel per policy: mean over %s, with the 95 %% interval of the mean as a band.", o.about, count(s.replications(), "replication"))
}

func (o overTime) draw(s *study, c draw.Canvas) error {
	courses := make([]course, len(s.policies))
	top, end := 0.0, 0.0
	for i, policy := range s.policies {
		courses[i] = s.course(policy, o.metric, everything).bounded(0, o.most)
		top, end = max(top, courses[i].top()), max(end, courses[i].end())
	}
	if top *= 1.05; !math.IsInf(o.most, 1) {
		top = o.most
	} else if top == 0 {
		top = 1
	}
	return drawPanels(c, s.policies, end, o.axis, func(i int) (*plot.Plot, error) {
		p := newPlot()
		p.Y.Min, p.Y.Max, p.Y.Tick.Marker = 0, top, evenTicks{5}
		l := lookOf(i)
		l.line.Dashes = nil // alone in its panel
		return p, courses[i].addTo(p, l)
	})
}
