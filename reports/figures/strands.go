package figures

import (
	"math"
	"math/bits"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// strand is a line of a plot. It is interrupted where a coordinate is NaN.
type strand struct {
	points plotter.XYs
	style  draw.LineStyle
}

// strands are lines drawn so that none hides another. If several run within about a point of
// each other, they take turns along the way. At most 64 lines take turns.
type strands []strand

// place is a square of one point on the canvas.
type place struct{ x, y int32 }

// crowd says which lines run through each place of a canvas: a bit for each line. Places outside
// the canvas hold none.
type crowd struct {
	from       place
	wide, tall int32
	lines      []uint64
}

func newCrowd(of vg.Rectangle) *crowd {
	from := place{int32(math.Floor(float64(of.Min.X))) - 2, int32(math.Floor(float64(of.Min.Y))) - 2}
	w := &crowd{from: from, wide: int32(math.Ceil(float64(of.Max.X))) + 3 - from.x, tall: int32(math.Ceil(float64(of.Max.Y))) + 3 - from.y}
	w.lines = make([]uint64, w.wide*w.tall)
	return w
}

// index returns the place's index in lines, or -1 outside the canvas.
func (w *crowd) index(at place) int32 {
	x, y := at.x-w.from.x, at.y-w.from.y
	if x < 0 || y < 0 || x >= w.wide || y >= w.tall {
		return -1
	}
	return y*w.wide + x
}

func (w *crowd) add(at place, line int) {
	if k := w.index(at); k >= 0 {
		w.lines[k] |= 1 << line
	}
}

// turn is the length of a line, in points, that is visible before the next line takes its turn.
const turn = 6

// Plot implements plot.Plotter.
func (t strands) Plot(c draw.Canvas, p *plot.Plot) {
	paths := make([][][]vg.Point, len(t))
	through := newCrowd(c.Rectangle)
	for i, s := range t {
		paths[i] = s.paths(c, p)
		c.StrokeLines(s.style, paths[i]...)
		walk(paths[i], func(a, b vg.Point) { through.add(placeOf(a, b), i) })
	}
	for i, s := range t {
		var own [][]vg.Point
		var last vg.Point
		walk(paths[i], func(a, b vg.Point) {
			if !through.hasTurn(i, placeOf(a, b)) {
				return
			}
			if n := len(own); n > 0 && last == a {
				own[n-1] = extend(own[n-1], b)
			} else {
				own = append(own, []vg.Point{a, b})
			}
			last = b
		})
		s.style.Dashes = nil
		c.StrokeLines(s.style, own...)
	}
}

// paths returns the parts of a line that lie within the axes, in coordinates of the canvas.
func (s strand) paths(c draw.Canvas, p *plot.Plot) [][]vg.Point {
	x, y := p.Transforms(&c)
	var parts [][]vg.Point
	open := false
	for _, v := range s.points {
		if !finite(v.X) || !finite(v.Y) {
			open = false
			continue
		}
		if !open {
			parts, open = append(parts, nil), true
		}
		at := len(parts) - 1
		parts[at] = append(parts[at], vg.Point{X: x(v.X), Y: y(v.Y)})
	}
	return c.ClipLinesXY(parts...)
}

// extend appends a point to a path. It drops the point before if that lies in the middle of a
// horizontal or vertical stretch.
func extend(path []vg.Point, b vg.Point) []vg.Point {
	if n := len(path); n > 1 {
		a, middle := path[n-2], path[n-1]
		if a.X == middle.X && middle.X == b.X || a.Y == middle.Y && middle.Y == b.Y {
			path = path[:n-1]
		}
	}
	return append(path, b)
}

// walk calls show for the pieces of paths. Each piece is at most one point (1/72 inch) long.
func walk(paths [][]vg.Point, show func(a, b vg.Point)) {
	for _, path := range paths {
		for i := 1; i < len(path); i++ {
			from, to := path[i-1], path[i]
			n := max(1, int(math.Ceil(float64(distance(from, to)))))
			at := from
			for k := 1; k <= n; k++ {
				share := vg.Length(k) / vg.Length(n)
				next := vg.Point{X: from.X + share*(to.X-from.X), Y: from.Y + share*(to.Y-from.Y)}
				show(at, next)
				at = next
			}
		}
	}
}

// placeOf returns the place that holds the middle of a piece.
func placeOf(a, b vg.Point) place {
	return place{int32(math.Floor(float64(a.X+b.X) / 2)), int32(math.Floor(float64(a.Y+b.Y) / 2))}
}

// hasTurn reports whether the i-th line is drawn in a place, among all lines that run through this
// place or the places next to it.
func (w *crowd) hasTurn(i int, at place) bool {
	lines := uint64(0)
	for y := at.y - 1; y <= at.y+1; y++ {
		for x := at.x - 1; x <= at.x+1; x++ {
			if k := w.index(place{x, y}); k >= 0 {
				lines |= w.lines[k]
			}
		}
	}
	n := bits.OnesCount64(lines)
	if n < 2 || i > 63 {
		return false
	}
	rank := bits.OnesCount64(lines & (1<<i - 1))
	return int(at.x+at.y)/turn%n == rank
}
