package commands

import (
	"fmt"
	"io"
	"math"

	"wavetank/reports/figures"
	"wavetank/reports/store"
	"wavetank/workload/characterize"
)

// savePicture draws a trace and, if it is not nil, its synthetic scenario.
func savePicture(out io.Writer, path, name string, p, like *characterize.Characteristics) error {
	picture := figures.TracePicture{Title: fmt.Sprintf("%s: %s", name, count(int(p.Requests), "request", "requests")), TraceShape: shapeOf(p)}
	if like != nil {
		shape := shapeOf(like)
		picture.Like = &shape
	}
	if p.HasLengths() {
		other := p
		if like != nil {
			other = like
			picture.Like.Input, picture.Like.Output = bars(&like.Input, &p.Input), bars(&like.Output, &p.Output)
		}
		picture.Input, picture.Output = bars(&p.Input, &other.Input), bars(&p.Output, &other.Output)
	}
	image, err := picture.Encode(pictureFormat(path))
	if err != nil {
		return err
	}
	if err := store.WriteWhole(path, image); err != nil {
		return err
	}
	fmt.Fprintf(out, "wrote %s\n", path)
	return nil
}

// shapeOf returns the part of a stream's characteristics that a picture shows.
func shapeOf(p *characterize.Characteristics) figures.TraceShape {
	step, rates := p.Rates(int(max(1, min(300, p.Requests/10))))
	s := figures.TraceShape{Step: step.Seconds(), Rates: rates}
	if p.Prefix.Hit > 0 {
		for _, size := range cacheSizes(p) {
			s.Found = append(s.Found, figures.Found{Cache: float64(size), Share: p.Prefix.ShareOf(size)})
		}
	}
	return s
}

// cacheSizes returns sizes of a prefix cache in tokens, up to the size that holds all blocks. Each
// size is 2^(1/16) times the size before.
func cacheSizes(p *characterize.Characteristics) (sizes []int64) {
	most := float64(p.Prefix.Needed(1))
	for size := 1000.0; size < 1.1*most; size *= math.Pow(2, 1.0/16) {
		sizes = append(sizes, int64(size))
	}
	return sizes
}

// bars returns the shares of lengths in about 40 bars. On a logarithmic axis the bars are equally
// wide, as far as whole numbers allow. The bars of l and of other are at the same places.
func bars(l, other *characterize.LengthCounts) []figures.Bar {
	var list []figures.Bar
	low, most := min(l.Min(), other.Min()), max(l.Max(), other.Max())
	factor := math.Pow(float64(most+1)/float64(max(1, low)), 1.0/40)
	for low <= most {
		high := max(low+1, int(math.Round(float64(low)*factor)))
		list = append(list, figures.Bar{Low: float64(low), High: float64(high), Share: l.Share(low, high)})
		low = high
	}
	return list
}
