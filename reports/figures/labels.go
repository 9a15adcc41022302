package figures

import (
	"math"

	"gonum.org/v1/plot/vg"
)

// labelling finds places for labels next to points. A label should hide no other label, no line and
// no point.
type labelling struct {
	within    vg.Rectangle
	obstacles []obstacle
	labels    []label
}

type obstacle struct {
	vg.Rectangle
	weight float64
}

type label struct {
	text          string
	at            vg.Point // the point that the label names
	width, height vg.Length
	box           vg.Rectangle // the place of the label
}

func (l *labelling) avoid(r vg.Rectangle, weight float64) {
	l.obstacles = append(l.obstacles, obstacle{r, weight})
}

func (l *labelling) add(text string, at vg.Point, width, height vg.Length) {
	l.labels = append(l.labels, label{text: text, at: at, width: width, height: height})
}

// place gives each label in turn the best place, given the places of the others. It repeats this a
// few times.
func (l *labelling) place() {
	for range 4 {
		for i := range l.labels {
			best := math.Inf(1)
			for _, place := range l.labels[i].places() {
				if cost := l.cost(i, place); cost < best {
					best, l.labels[i].box = cost, place
				}
			}
		}
	}
}

// places lists the places around its point where a label may stand. Near places come first.
func (l label) places() []vg.Rectangle {
	var places []vg.Rectangle
	for _, radius := range []vg.Length{7, 13, 22, 34, 50, 70, 95} {
		for turn := range 16 {
			sin, cos := math.Sincos(float64(turn) * math.Pi / 8)
			x, y := l.at.X+radius*vg.Length(cos), l.at.Y+radius*vg.Length(sin)
			// the side of the box that faces the point touches the circle
			x -= l.width * vg.Length((1-cos)/2)
			y -= l.height * vg.Length((1-sin)/2)
			places = append(places, vg.Rectangle{Min: vg.Point{X: x, Y: y}, Max: vg.Point{X: x + l.width, Y: y + l.height}})
		}
	}
	return places
}

// cost returns how bad a place is for label i. It weighs what the label would hide there, and the
// distance to its point.
func (l *labelling) cost(i int, place vg.Rectangle) float64 {
	tried := l.labels[i]
	tried.box = place
	cost := 100*(area(place)-overlap(place, l.within)) + 0.8*float64(distance(tried.at, tried.nearest()))
	for j, other := range l.labels {
		if j != i {
			cost += 20*overlap(place, other.box) + 30*tried.crossing(other.box) + 30*other.crossing(place)
		}
	}
	for _, o := range l.obstacles {
		cost += o.weight * overlap(place, o.Rectangle)
	}
	return cost
}

// nearest returns the point of the box that is nearest to the labelled point.
func (l label) nearest() vg.Point {
	return vg.Point{X: max(l.box.Min.X, min(l.at.X, l.box.Max.X)), Y: max(l.box.Min.Y, min(l.at.Y, l.box.Max.Y))}
}

// crossing returns how many tenths of the line from the label to its point run through a box.
func (l label) crossing(box vg.Rectangle) float64 {
	from, inside := l.nearest(), 0.0
	for step := range 10 {
		share := vg.Length(step) / 10
		x, y := from.X+share*(l.at.X-from.X), from.Y+share*(l.at.Y-from.Y)
		if x > box.Min.X && x < box.Max.X && y > box.Min.Y && y < box.Max.Y {
			inside++
		}
	}
	return inside
}

func distance(a, b vg.Point) vg.Length {
	return vg.Length(math.Hypot(float64(a.X-b.X), float64(a.Y-b.Y)))
}

func area(r vg.Rectangle) float64 { return float64((r.Max.X - r.Min.X) * (r.Max.Y - r.Min.Y)) }

// overlap is the area that two rectangles have in common.
func overlap(a, b vg.Rectangle) float64 {
	w := min(a.Max.X, b.Max.X) - max(a.Min.X, b.Min.X)
	h := min(a.Max.Y, b.Max.Y) - max(a.Min.Y, b.Min.Y)
	if w <= 0 || h <= 0 {
		return 0
	}
	return float64(w * h)
}
