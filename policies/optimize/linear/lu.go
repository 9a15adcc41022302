package linear

// lu holds the factors of a basis matrix B. Column r of B is the column of the variable that is
// basic in row r:
//
//	B = L · R⁻¹… · U
//
// L comes from the factorisation. U comes from the factorisation and the updates. Each update adds
// a row transformation R (Forrest and Tomlin, Updated triangular factors of the basis to maintain
// sparsity in the product form simplex method, 1972). FTRAN solves systems with B, and BTRAN
// systems with Bᵀ. L and U are stored twice, by columns for FTRAN and by rows for BTRAN.
type lu struct {
	m        int
	lower    triangle // L by columns
	lowerRow triangle // L by rows
	upper    triangle // U by columns
	upperRow triangle // U by rows
	room     []int32  // per place of upperRow, end of its space

	etaRow   []int32 // row of each row transformation
	etaStart []int32
	etaIndex []int32
	etaValue []float64

	spike packed // new column of U, from the last FTRAN with keep
	left  packed // row of U⁻¹, from the last BTRAN with keep

	walk   walk
	kernel kernel
	base   int // number of entries of L and U after the factorisation
}

// packed is a list of entries.
type packed struct {
	index []int32
	value []float64
}

// take sets the list to the nonzero entries of a vector.
func (p *packed) take(v *vector) {
	p.index, p.value = p.index[:0], p.value[:0]
	if v.count < 0 {
		for i, x := range v.value {
			p.add(int32(i), x)
		}
		return
	}
	for _, i := range v.entries() {
		p.add(i, v.value[i])
	}
}

func (p *packed) add(i int32, x float64) {
	if x != 0 {
		p.index, p.value = append(p.index, i), append(p.value, x)
	}
}

// ftran solves B·x = v in place. Keep must be true if an update with the column v may follow.
func (f *lu) ftran(v *vector, keep bool) {
	f.lower.solve(v, &f.walk)
	f.transform(v)
	if keep {
		f.spike.take(v)
	}
	f.upper.solve(v, &f.walk)
	v.list()
}

// btran solves Bᵀ·x = v in place. Keep must be true if v is a unit vector and an update of its row
// may follow.
func (f *lu) btran(v *vector, keep bool) {
	f.upperRow.solve(v, &f.walk)
	if keep {
		f.left.take(v)
	}
	f.transformBack(v)
	f.lowerRow.solve(v, &f.walk)
	v.list()
}

// transform applies the row transformations, from the first to the last.
func (f *lu) transform(v *vector) {
	x := v.value
	for k, p := range f.etaRow {
		from, to := f.etaStart[k], f.etaStart[k+1]
		value := f.etaValue[from:to]
		sum := 0.
		for e, i := range f.etaIndex[from:to] {
			sum += float64(value[e] * x[i])
		}
		if sum == 0 {
			continue
		}
		if v.count >= 0 && x[p] == 0 {
			v.index[v.count] = p
			v.count++
		}
		if x[p] -= sum; x[p] == 0 {
			x[p] = 1e-50 // not 0, so that it is not listed twice
		}
	}
}

// transformBack applies the transposed row transformations, from the last to the first.
func (f *lu) transformBack(v *vector) {
	x := v.value
	for k := len(f.etaRow) - 1; k >= 0; k-- {
		factor := x[f.etaRow[k]]
		if factor == 0 {
			continue
		}
		for e := f.etaStart[k]; e < f.etaStart[k+1]; e++ {
			i := f.etaIndex[e]
			if v.count >= 0 && x[i] == 0 {
				v.index[v.count] = i
				v.count++
			}
			if x[i] -= float64(factor * f.etaValue[e]); x[i] == 0 {
				x[i] = 1e-50
			}
		}
	}
}

// mostUpdates is the number of updates after which the factors are computed anew.
const mostUpdates = 100

// updates returns the number of updates since the factorisation.
func (f *lu) updates() int { return len(f.etaRow) }

// swollen reports whether updates made the factors so large that a new factorisation saves time.
func (f *lu) swollen() bool {
	return len(f.etaIndex)+len(f.upper.index)+len(f.lower.index) > 3*f.base+4*f.m+1000
}

// copyFrom copies other factors.
func (f *lu) copyFrom(o *lu) {
	f.m, f.base = o.m, o.base
	f.lower.copyFrom(&o.lower)
	f.lowerRow.copyFrom(&o.lowerRow)
	f.upper.copyFrom(&o.upper)
	f.upperRow.copyFrom(&o.upperRow)
	f.room = append(f.room[:0], o.room...)
	f.etaRow, f.etaStart = append(f.etaRow[:0], o.etaRow...), append(f.etaStart[:0], o.etaStart...)
	f.etaIndex, f.etaValue = append(f.etaIndex[:0], o.etaIndex...), append(f.etaValue[:0], o.etaValue...)
}
