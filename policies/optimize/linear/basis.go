package linear

import "slices"

// Place is the state of a column or row in a basis: basic, or at a bound.
type Place uint8

// The places. The place of a row is the place of its activity.
const (
	Basic   Place = iota
	AtLower       // at the lower bound
	AtUpper       // at the upper bound
	AtZero        // at 0, because it has no finite bound
)

// Basis holds the place of every column and row. As many of them are Basic as there are rows. A
// basis belongs to the program of the Simplex from which it was taken. It stays usable if bounds
// change, and if rows are added: these are basic.
type Basis struct {
	Columns []Place
	Rows    []Place
}

// Clone returns a copy of the basis.
func (b Basis) Clone() Basis {
	return Basis{slices.Clone(b.Columns), slices.Clone(b.Rows)}
}

// other exchanges AtLower and AtUpper, and returns other places unchanged. The variable of a row is
// the negative activity, so its place is the other one of the activity's place.
func (p Place) other() Place {
	switch p {
	case AtLower:
		return AtUpper
	case AtUpper:
		return AtLower
	}
	return p
}

// Basis returns a copy of the present basis.
func (s *Simplex) Basis() Basis {
	s.join()
	b := Basis{slices.Clone(s.place[:s.n]), make([]Place, s.m)}
	for i := range b.Rows {
		b.Rows[i] = s.RowPlace(i)
	}
	return b
}

// SetBasis sets the present basis. If it is singular, or has too few or too many basic variables,
// the next solve makes rows basic instead of columns, or makes columns nonbasic.
func (s *Simplex) SetBasis(b Basis) {
	s.join()
	for j, p := range b.Columns[:min(len(b.Columns), s.n)] {
		s.place[j] = s.resting(j, p)
	}
	for i := range s.m {
		p := Basic
		if i < len(b.Rows) {
			p = b.Rows[i].other()
		}
		s.place[s.n+i] = s.resting(s.n+i, p)
	}
	s.gather()
	s.basisChanged()
}

// gather lists the basic variables. If there are too few, rows become basic, first to last. If
// there are too many, columns become nonbasic, last to first.
func (s *Simplex) gather() {
	s.head = s.head[:0]
	for v := s.n + s.m - 1; v >= 0; v-- { // rows first
		if s.place[v] != Basic {
			continue
		}
		if len(s.head) == s.m {
			s.place[v] = s.resting(v, AtLower)
			continue
		}
		s.head = append(s.head, int32(v))
	}
	for i := 0; len(s.head) < s.m; i++ {
		if s.place[s.n+i] != Basic {
			s.place[s.n+i] = Basic
			s.head = append(s.head, int32(s.n+i))
		}
	}
}

// Place returns the place of column j in the present basis.
func (s *Simplex) Place(j int) Place { return s.place[j] }

// RowPlace returns the place of row i in the present basis.
func (s *Simplex) RowPlace(i int) Place {
	if i >= s.m {
		return Basic
	}
	return s.place[s.n+i].other()
}
