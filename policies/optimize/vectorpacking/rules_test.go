package vectorpacking

import "testing"

// TestProductComparesItemsThatLackAResource: an item is larger than another one if it needs more of
// one resource and as much of the others, even if neither needs some resource.
func TestProductComparesItemsThatLackAResource(t *testing.T) {
	for _, c := range []struct{ large, small []float64 }{
		{[]float64{0.5, 0, 0.2}, []float64{0.25, 0, 0.2}},
		{[]float64{0, 0.9}, []float64{0, 0.1}},
		{[]float64{0.3, 0.1}, []float64{0.3, 0}},
		{[]float64{0.5, 0.5}, []float64{0.5, 0.4}},
	} {
		if large, small := Product(c.large), Product(c.small); large <= small {
			t.Errorf("the size of %v is %v, that of %v is %v", c.large, large, c.small, small)
		}
	}
}
