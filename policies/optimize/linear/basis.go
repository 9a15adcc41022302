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

// other returns the other bound for a bound, and any other place as it is. A row's variable is the
// negative activity, so its place is the other one of the activity's.
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

// SetBasis makes a basis the present one. Where it is singular, or has too few or too many basic
// columns, the next solve lets rows take the place of columns, or columns leave.
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

// gather lists the basic variables. If there are too few, rows become basic, first to last; if
// there are too many, columns leave, last to first.
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

// Place returns where the present basis has column j.
func (s *Simplex) Place(j int) Place { return s.place[j] }

// RowPlace returns where the present basis has row i.
func (s *Simplex) RowPlace(i int) Place {
	if i >= s.m {
		return Basic
	}
	return s.place[s.n+i].other()
}
