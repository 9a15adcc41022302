package characterize

import "math"

// LengthDistribution is a distribution of lengths in tokens: a single value, a lognormal
// distribution or bins.
type LengthDistribution struct {
	Kind     string // "fixed", "lognormal" or "histogram"; "": no lengths
	Value    int    // the value of "fixed"
	Mean     float64
	SD       float64 // standard deviation of the lognormal
	Min, Max int     // bounds to which lognormal draws are clamped
	Bins     []LengthBin
	Distance float64 // Kolmogorov–Smirnov distance from the measured lengths
}

// LengthBin is a part of a histogram, both ends included.
type LengthBin struct {
	From, To int
	Share    float64
}

const (
	goodEnough = 0.02 // up to this distance a lognormal distribution is accepted
	// lilliefors is the 95 % quantile of the distance times √n for n draws from the fitted
	// distribution (Lilliefors, "On the Kolmogorov-Smirnov test for normality with mean and
	// variance unknown", JASA 1967).
	lilliefors = 0.886
	mostBins   = 64 // a long tail may need more
)

// lengthDistribution fits a distribution to lengths. A length of 0 counts as 1.
func lengthDistribution(l *LengthCounts) LengthDistribution {
	least, most := max(1, l.Min()), max(1, l.Max())
	if least == most {
		return LengthDistribution{Kind: "fixed", Value: least}
	}
	if d := lognormal(l, least, most); d.Distance <= max(goodEnough, lilliefors/math.Sqrt(float64(l.n))) {
		return d
	}
	return histogram(l)
}

// lognormal returns the lognormal distribution with the mean and the variance of the logarithms of
// the lengths.
func lognormal(l *LengthCounts, least, most int) LengthDistribution {
	var sum, sum2, n float64
	for v, c := range l.counts {
		log := math.Log(float64(max(1, v)))
		sum, sum2, n = sum+float64(c)*log, sum2+float64(c)*log*log, n+float64(c)
	}
	mu := sum / n
	variance := max(1e-9, sum2/n-mu*mu)
	mean := math.Exp(mu + variance/2)
	d := LengthDistribution{Kind: "lognormal", Mean: mean, SD: mean * math.Sqrt(math.Expm1(variance)), Min: least, Max: most}
	d.Distance = l.against(func(v int) float64 {
		switch {
		case v < least:
			return 0
		case v >= most:
			return 1
		}
		return math.Erfc(-(math.Log(float64(v)+0.5)-mu)/math.Sqrt(2*variance)) / 2
	})
	return d
}

// histogram cuts the lengths into bins. No bin has much more than an equal share of the lengths. No
// bin ends far beyond 5/4 of the length at which it begins. A single length with more than an equal
// share is a bin of its own.
func histogram(l *LengthCounts) LengthDistribution {
	d := LengthDistribution{Kind: "histogram"}
	each := float64(l.n) / mostBins
	bin, inside := LengthBin{}, 0.0
	end := func() {
		if inside > 0 {
			bin.Share = inside / float64(l.n)
			d.Bins = append(d.Bins, bin)
		}
		inside = 0
	}
	counts := l.counts
	if len(counts) == 1 { // all lengths are 0, which counts as 1
		counts = []int64{counts[0], 0}
	}
	for v := 1; v < len(counts); v++ {
		n := float64(counts[v])
		if v == 1 {
			n += float64(counts[0])
		}
		if n == 0 {
			continue
		}
		if n >= each || 4*v > 5*bin.From+4 {
			end()
		}
		if inside == 0 {
			bin.From = v
		}
		bin.To = v
		if inside += n; inside >= each {
			end()
		}
	}
	end()
	d.Distance = l.against(d.below)
	return d
}

// below returns the share of values that are at most v.
func (l *LengthDistribution) below(v int) float64 {
	sum := 0.0
	for _, b := range l.Bins {
		if v < b.From {
			break
		}
		sum += b.Share * min(1, float64(v-b.From+1)/float64(b.To-b.From+1))
	}
	return sum
}
