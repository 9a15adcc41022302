package reports

import (
	"fmt"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// kinds lists the scopes of the utilization figure: the device kinds, or the whole where there are too many
// or none.
func (s *study) kinds() []string {
	var kinds []string
	whole := false
	for _, m := range s.Series {
		switch {
		case m.Metric != "utilization":
		case m.Scope == everything:
			whole = true
		case !slices.Contains(kinds, m.Scope):
			kinds = append(kinds, m.Scope)
		}
	}
	if whole && (len(kinds) == 0 || len(kinds) > len(dashes)) {
		return []string{everything}
	}
	return kinds
}

func hasUtilization(s *study) bool { return len(s.policies) > 0 && len(s.kinds()) > 0 }

func captionUtilization(s *study) string {
	return fmt.Sprintf("Busy share of the provisioned time of the devices, one panel per policy: mean over %s, with the 95 %% interval of the mean as a band.",
		count(s.replications(), "replication"))
}

func utilizationLegend(s *study) []entry {
	var list []entry
	for i, kind := range s.kinds() {
		if kind == everything {
			kind = "all devices"
		}
		list = append(list, entry{name: kind, line: draw.LineStyle{Color: ink, Width: 1.4, Dashes: dashes[i%len(dashes)]}})
	}
	return list
}

func heightUtilization(s *study) vg.Length { return panelHeight(len(s.policies), utilizationLegend(s)) }

func drawUtilization(s *study, c draw.Canvas) error {
	c = drawLegend(c, utilizationLegend(s))
	kinds := s.kinds()
	courses := make([][]course, len(s.policies))
	end := 0.0
	for i, policy := range s.policies {
		for _, kind := range kinds {
			k := s.course(policy, "utilization", kind).bounded(0, 100)
			courses[i] = append(courses[i], k)
			end = max(end, k.end())
		}
	}
	return drawPanels(c, s.policies, end, "Utilization (%)", func(i int) (*plot.Plot, error) {
		p := newPlot()
		p.Y.Min, p.Y.Max, p.Y.Tick.Marker = 0, 100, evenTicks{4}
		for j, k := range courses[i] {
			l := lookOf(i)
			l.line.Dashes = dashes[j%len(dashes)]
			if err := k.addTo(p, l); err != nil {
				return nil, err
			}
		}
		return p, nil
	})
}
