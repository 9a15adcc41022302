package characterize

import (
	"math"
	"math/bits"
)

// JointLengths holds the joint distribution of inputs and outputs.
type JointLengths struct {
	n                float64 // requests
	x, y, xx, yy, xy float64 // sums of inputs x, outputs y and their products
	cells            []int64 // number of requests by class of input and class of output
}

const (
	exact   = 16 // lengths below this are a class each
	octave  = 8  // number of classes from one power of two to the next, above
	classes = exact + (31-4)*octave
)

// class returns the class of a length. Short lengths have a class each. Above, there are octave
// classes from one power of two to the next.
func class(v int32) int {
	if v < exact {
		return int(v)
	}
	power := bits.Len32(uint32(v)) - 1
	return exact + (power-4)*octave + int(v>>(power-3))&(octave-1)
}

func (j *JointLengths) add(input, output int32) {
	if j.cells == nil {
		j.cells = make([]int64, classes*classes)
	}
	x, y := float64(input), float64(output)
	j.n++
	j.x, j.y, j.xx, j.yy, j.xy = j.x+x, j.y+y, j.xx+x*x, j.yy+y*y, j.xy+x*y
	j.cells[class(input)*classes+class(output)]++
}

// Correlation is Pearson's correlation. It is NaN if one of the two lengths does not vary.
func (j *JointLengths) Correlation() float64 {
	return correlation(j.n, j.x, j.y, j.xx, j.yy, j.xy)
}

func correlation(n, x, y, xx, yy, xy float64) float64 {
	vx, vy := xx-x*x/n, yy-y*y/n
	if !(vx > 1e-9*xx) || !(vy > 1e-9*yy) {
		return math.NaN()
	}
	return (xy - x*y/n) / math.Sqrt(vx*vy)
}

// Copula returns the correlation of the normal scores of the ranks (van der Waerden). This is the
// parameter of a Gaussian copula. All lengths of a class have the same rank. It returns NaN if one
// of the two lengths does not vary.
func (j *JointLengths) Copula() float64 {
	rows, columns := make([]float64, classes), make([]float64, classes)
	for i, n := range j.cells {
		rows[i/classes] += float64(n)
		columns[i%classes] += float64(n)
	}
	a, b := scores(rows, j.n), scores(columns, j.n)
	var x, y, xx, yy, xy float64
	for i, n := range j.cells {
		u, v, n := a[i/classes], b[i%classes], float64(n)
		x, y, xx, yy, xy = x+n*u, y+n*v, xx+n*u*u, yy+n*v*v, xy+n*u*v
	}
	return correlation(j.n, x, y, xx, yy, xy)
}

// scores returns the normal score of each class: the standard normal quantile at its middle rank.
func scores(counts []float64, n float64) []float64 {
	list, below := make([]float64, len(counts)), 0.0
	for i, c := range counts {
		if c > 0 {
			list[i] = math.Sqrt2 * math.Erfinv(2*(below+c/2)/n-1)
		}
		below += c
	}
	return list
}
