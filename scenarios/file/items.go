package file

import (
	"errors"
	"fmt"
	"iter"

	"wavetank/scenarios/strict"
	"wavetank/workload"
	"wavetank/workload/distribution"
	"wavetank/workload/table"
)

// ItemCounts says how many items each request carries: a number, or a distribution.
type ItemCounts struct {
	Number int32
	Drawn  *ItemDistribution // nil: always Number
}

// DecodeNode implements strict.NodeDecoder: a whole number, or a distribution by name.
func (c *ItemCounts) DecodeNode(n *strict.Node, d *strict.Decoder) {
	if n.IsScalar() {
		d.Decode(n, &c.Number)
		return
	}
	c.Drawn = &ItemDistribution{}
	d.Decode(n, c.Drawn)
}

// Shapes implements strict.Shaper.
func (ItemCounts) Shapes() []any { return []any{int32(0), ItemDistribution{}} }

// EncodeValue implements strict.ValueEncoder.
func (c ItemCounts) EncodeValue() any {
	if c.Drawn == nil {
		return c.Number
	}
	return c.Drawn
}

// Check implements strict.Checker.
func (c *ItemCounts) Check(_ *strict.Node, report func(path, message string)) {
	if c.Drawn == nil {
		checkItems(report, "", c.Number)
	}
}

// checkItems reports a number of items out of bounds.
func checkItems(report func(path, message string), path string, n int32) {
	if n < 1 || n > workload.LargestItems {
		report(path, fmt.Sprintf("%d is outside 1 to %d", n, workload.LargestItems))
	}
}

// Distribution returns the distribution of the items. open opens the file that the distribution
// names, if any. The error begins with the name of the distribution.
func (c *ItemCounts) Distribution(open func(file string) table.File) (distribution.Count, error) {
	if c.Drawn == nil {
		return distribution.FixedCount(c.Number)
	}
	made, err := c.Drawn.distribution(open)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Drawn.name, err)
	}
	return made, nil
}

// AllItems returns the items of a stream and of the branches of its pipeline, with their paths.
func (s *Stream) AllItems() iter.Seq2[string, *ItemCounts] {
	return func(yield func(string, *ItemCounts) bool) {
		if s.Items != nil && !yield("items", s.Items) {
			return
		}
		for i := range s.Pipeline {
			for at, use := range s.Pipeline[i].Branches() {
				if use.Items != nil && !yield(s.Pipeline[i].Path(i, at)+".items", use.Items) {
					return
				}
			}
		}
	}
}

// TableFile returns the name of the file of the distribution, or "" if it has none.
func (c *ItemCounts) TableFile() string {
	if c.Drawn == nil {
		return ""
	}
	if p, ok := c.Drawn.params.(*HistogramLengths); ok {
		return p.File
	}
	return ""
}

// ItemDistribution names a distribution of items, with its parameters. The names are those of
// TokenLengths; the values are at most workload.LargestItems.
type ItemDistribution struct{ selection }

// Names implements strict.Selector.
func (*ItemDistribution) Names() []string { return names(lengthKinds) }

// Params implements strict.Selector.
func (*ItemDistribution) Params(name string) (any, bool) {
	p, known := params(lengthKinds, name)
	if b := boundsOf(p); b != nil {
		b.Max = workload.LargestItems
	}
	return p, known
}

// boundsOf returns the bounds of a distribution, or nil if it has none.
func boundsOf(params any) *bounds {
	switch p := params.(type) {
	case *NormalLengths:
		return &p.bounds
	case *LognormalLengths:
		return &p.bounds
	case *GeometricLengths:
		return &p.bounds
	}
	return nil
}

// Check implements strict.Checker.
func (c *ItemDistribution) Check(_ *strict.Node, report func(path, message string)) {
	_, err := c.distribution(nil)
	ReportFields(err, c.name, report)
	switch p := c.params.(type) {
	case *FixedLengths:
		if err == nil {
			checkItems(report, c.name+".value", p.Value)
		}
	case *HistogramLengths:
		for i, b := range p.Bins {
			if last := max(b.From, b.To); err == nil && last > workload.LargestItems {
				report(fmt.Sprintf("%s.bins[%d]", c.name, i), fmt.Sprintf("%d is outside 1 to %d", last, workload.LargestItems))
			}
		}
	}
	if b := boundsOf(c.params); b != nil && err == nil {
		checkItems(report, c.name+".max", b.Max)
	}
}

// distribution returns the chosen distribution. If open is nil, files are not read.
func (c *ItemDistribution) distribution(open func(file string) table.File) (distribution.Count, error) {
	p, ok := c.params.(lengthParameters)
	if !ok { // not readable; the fault has been reported
		return nil, errors.New("there is no distribution")
	}
	made, err := p.Distribution(open)
	if err != nil || made == nil {
		return nil, err
	}
	if _, tabled := c.params.(*HistogramLengths); tabled && open != nil {
		if most := distribution.Largest(made); most > workload.LargestItems {
			return nil, fmt.Errorf("file: %d items, want 1 to %d", most, workload.LargestItems)
		}
	}
	return made, nil
}

// Combine says how a batch combines the unequal works of its requests.
type Combine string

// Choices implements strict.Chooser.
func (Combine) Choices() []string { return []string{"mean", "max", "sum"} }
