package optimize

import (
	"cmp"
	"math"
	"slices"
)

// assignmentWork bounds the work of an exact assignment: rows times rows times columns.
const assignmentWork = 20_000_000

// assignment gives each row a column of its own, or −1, so that the sum of the values is largest.
// No value is negative. Where all rows can have their best column, or the sum reaches that bound,
// the columns are taken in the order of the values. Otherwise it solves the assignment problem by
// shortest augmenting paths (Kuhn 1955; Jonker and Volgenant, Computing 38, 1987). If this takes
// too long, the columns are taken in the order of the values.
func assignment(rows, columns int, value func(row, column int) float64) []int {
	if rows == 0 || columns == 0 {
		return slices.Repeat([]int{-1}, rows)
	}
	if rows == 1 {
		return onlyRow(columns, value)
	}
	type pair struct {
		row, column int
		value       float64
	}
	var pairs []pair
	most := 0. // no sum is larger
	for i := range rows {
		best := 0.
		for j := range columns {
			if v := value(i, j); v > 0 {
				pairs = append(pairs, pair{i, j, v})
				best = max(best, v)
			}
		}
		most += best
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return cmp.Compare(b.value, a.value) })
	chosen, taken, sum := slices.Repeat([]int{-1}, rows), make([]bool, columns), 0.
	for _, p := range pairs {
		if chosen[p.row] < 0 && !taken[p.column] {
			chosen[p.row], taken[p.column] = p.column, true
			sum += p.value
		}
	}
	if sum >= most-tiny(most) || rows*rows*columns > assignmentWork {
		return chosen
	}
	matrix := make([]float64, rows*columns)
	for _, p := range pairs {
		matrix[p.row*columns+p.column] = p.value
	}
	if rows <= columns {
		return paths(rows, columns, func(i, j int) float64 { return -matrix[i*columns+j] })
	}
	chosen = slices.Repeat([]int{-1}, rows)
	for j, i := range paths(columns, rows, func(j, i int) float64 { return -matrix[i*columns+j] }) {
		chosen[i] = j
	}
	return chosen
}

// onlyRow returns the assignment of one row.
func onlyRow(columns int, value func(row, column int) float64) []int {
	best, most := -1, 0.
	for j := range columns {
		if v := value(0, j); v > most {
			best, most = j, v
		}
	}
	return []int{best}
}

// paths gives each row a column so that the sum of the costs is least. There are at least as many
// columns as rows.
func paths(rows, columns int, cost func(row, column int) float64) []int {
	// Row and column 0 stand for none. Potentials keep every reduced cost at 0 or above.
	ofRow, ofColumn := make([]float64, rows+1), make([]float64, columns+1)
	holder, before := make([]int, columns+1), make([]int, columns+1)
	least, done := make([]float64, columns+1), make([]bool, columns+1)
	for i := 1; i <= rows; i++ {
		for j := range least {
			least[j], done[j] = math.Inf(1), false
		}
		holder[0] = i
		at := 0
		for holder[at] != 0 {
			done[at] = true
			row, next, step := holder[at], 0, math.Inf(1)
			for j := 1; j <= columns; j++ {
				if done[j] {
					continue
				}
				if reduced := cost(row-1, j-1) - ofRow[row] - ofColumn[j]; reduced < least[j] {
					least[j], before[j] = reduced, at
				}
				if least[j] < step {
					next, step = j, least[j]
				}
			}
			for j := range least {
				if done[j] {
					ofRow[holder[j]] += step
					ofColumn[j] -= step
				} else {
					least[j] -= step
				}
			}
			at = next
		}
		for at != 0 {
			holder[at] = holder[before[at]]
			at = before[at]
		}
	}
	chosen := make([]int, rows)
	for j := 1; j <= columns; j++ {
		if holder[j] > 0 {
			chosen[holder[j]-1] = j - 1
		}
	}
	return chosen
}
