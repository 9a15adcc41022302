package analysis

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
)

// NumberOf reads the number at the beginning of a value, and the unit behind it.
func NumberOf(value string) (v float64, unit string, ok bool) {
	for end := len(value); end > 0; end-- {
		if v, err := strconv.ParseFloat(value[:end], 64); err == nil && Finite(v) {
			return v, strings.TrimSpace(value[end:]), true
		}
	}
	return 0, "", false
}

// bins divides numbers with the same unit into levels of about equally many values. It returns nil
// if the values are not such numbers.
func bins(values []string) (levels []string, in map[string]int) {
	type one struct {
		text string
		v    float64
	}
	var list []one
	common := ""
	for i, text := range values {
		v, unit, ok := NumberOf(text)
		if !ok || i > 0 && unit != common {
			return nil, nil
		}
		common = unit
		list = append(list, one{text, v})
	}
	slices.SortStableFunc(list, func(a, b one) int { return cmp.Compare(a.v, b.v) })
	in = map[string]int{}
	for b := range binsOfNumbers {
		from, to := b*len(list)/binsOfNumbers, (b+1)*len(list)/binsOfNumbers
		for _, o := range list[from:to] {
			in[o.text] = b
		}
		levels = append(levels, list[from].text+" to "+list[to-1].text)
	}
	return levels, in
}

// Effect is how much a metric changes with a factor alone: the means over all points of each level.
type Effect struct {
	Factor  int
	Means   []float64 // for each level, in the unit of the metric's title; NaN: not finite
	Low     int       // level with the lowest mean
	High    int       // level with the highest mean
	Between float64   // difference of these means
}

// Effects returns the effects of all factors on a metric, the largest first. It leaves out factors
// with fewer than two finite means.
func (s *Sweep) Effects(m *SweptMetric) (list []Effect) {
	for f := range s.Factors {
		e := Effect{Factor: f, Low: -1}
		for l := range s.Factors[f].Levels {
			mean := m.At(s, func(p *SweepPoint) bool { return p.Levels[f] == l })
			e.Means = append(e.Means, mean)
			switch {
			case math.IsNaN(mean):
			case e.Low < 0:
				e.Low, e.High = l, l
			case mean < e.Means[e.Low]:
				e.Low = l
			case mean > e.Means[e.High]:
				e.High = l
			}
		}
		if e.Low < 0 || len(e.Means) < 2 {
			continue
		}
		e.Between = e.Means[e.High] - e.Means[e.Low]
		list = append(list, e)
	}
	slices.SortStableFunc(list, func(a, b Effect) int { return cmp.Compare(b.Between, a.Between) })
	return list
}

// Ordered returns the places of the factors in the order of their largest effect on any of the
// metrics, each effect as a share of the range of the metric's effects.
func (s *Sweep) Ordered(metrics ...*SweptMetric) []int {
	weight := make([]float64, len(s.Factors))
	for _, m := range metrics {
		list := s.Effects(m)
		for _, e := range list {
			if most := list[0].Between; most > 0 {
				weight[e.Factor] = max(weight[e.Factor], e.Between/most)
			}
		}
	}
	order := make([]int, len(s.Factors))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(weight[b], weight[a]) })
	return order
}
