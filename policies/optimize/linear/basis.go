package linear

import "slices"

// Place is where a basis has a column or a row.
type Place uint8

// The places. The place of a row is that of its activity.
const (
	Basic   Place = iota
	AtLower       // at the lower bound
	AtUpper       // at the upper bound
	AtZero        // without a finite bound, and 0
)

// Basis says for every column and row where it is. As many are Basic as there are rows. A basis
// belongs to the program of the Simplex that it was taken from, whatever its bounds, and stays
// usable after rows were added: those are basic.
type Basis struct {
	Columns []Place
	Rows    []Place
}

// Clone returns a copy of the basis.
func (b Basis) Clone() Basis {
	return Basis{slices.Clone(b.Columns), slices.Clone(b.Rows)}
}
