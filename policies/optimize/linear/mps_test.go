package linear

import (
	"bufio"
	"compress/gzip"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"

	"wavetank/policies/optimize/program"
)

// readMPS reads a program in free or plain fixed MPS without blanks in names.
func readMPS(t testing.TB, r io.Reader) *program.Program {
	t.Helper()
	rows, columns := map[string]int{}, map[string]int{}
	objective := ""
	var b program.Builder
	type side struct {
		kind      string
		rhs, rang float64
		ranged    bool
	}
	var sides []side
	var low, up []float64
	var upSet, lowSet []bool
	var cost []float64
	offset := 0.
	type coefficient struct {
		row, column int
		value       float64
	}
	var all []coefficient
	section := ""
	number := func(s string) float64 {
		v, err := strconv.ParseFloat(strings.ReplaceAll(s, "D", "E"), 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	scanner := bufio.NewScanner(r)
	for scanner.Scan() {
		line := scanner.Text()
		if line == "" || line[0] == '*' {
			continue
		}
		f := strings.Fields(line)
		if line[0] != ' ' {
			section = f[0]
			continue
		}
		switch section {
		case "ROWS":
			if f[0] == "N" {
				if objective == "" {
					objective = f[1]
				} else {
					rows[f[1]] = -1
				}
				continue
			}
			rows[f[1]] = len(sides)
			sides = append(sides, side{kind: f[0]})
		case "COLUMNS":
			if len(f) > 1 && f[1] == "'MARKER'" {
				continue
			}
			j, known := columns[f[0]]
			if !known {
				j = len(cost)
				columns[f[0]] = j
				cost, low, up = append(cost, 0), append(low, 0), append(up, math.Inf(1))
				upSet, lowSet = append(upSet, false), append(lowSet, false)
			}
			for k := 1; k+1 < len(f); k += 2 {
				if f[k] == objective {
					cost[j] += number(f[k+1])
				} else if i := rows[f[k]]; i >= 0 {
					all = append(all, coefficient{i, j, number(f[k+1])})
				}
			}
		case "RHS", "RANGES":
			if len(f)%2 == 1 {
				f = f[1:]
			}
			for k := 0; k+1 < len(f); k += 2 {
				if f[k] == objective {
					offset = -number(f[k+1])
					continue
				}
				i := rows[f[k]]
				if i < 0 {
					continue
				}
				if section == "RHS" {
					sides[i].rhs = number(f[k+1])
				} else {
					sides[i].rang, sides[i].ranged = number(f[k+1]), true
				}
			}
		case "BOUNDS":
			name := f[2]
			if _, ok := columns[name]; !ok {
				name = f[1]
			}
			j := columns[name]
			v := 0.
			if f[0] != "FR" && f[0] != "MI" && f[0] != "PL" {
				v = number(f[len(f)-1])
			}
			switch f[0] {
			case "UP":
				up[j] = v
				if v < 0 && !lowSet[j] {
					low[j] = math.Inf(-1)
				}
			case "LO":
				low[j], lowSet[j] = v, true
			case "FX":
				low[j], up[j] = v, v
			case "FR":
				low[j], up[j] = math.Inf(-1), math.Inf(1)
			case "MI":
				low[j] = math.Inf(-1)
			case "PL":
				up[j] = math.Inf(1)
			}
		}
	}
	for j := range cost {
		b.Column(cost[j], low[j], up[j])
	}
	for _, s := range sides {
		l, u := s.rhs, s.rhs
		switch s.kind {
		case "L":
			l = math.Inf(-1)
			if s.ranged {
				l = s.rhs - math.Abs(s.rang)
			}
		case "G":
			u = math.Inf(1)
			if s.ranged {
				u = s.rhs + math.Abs(s.rang)
			}
		case "E":
			if s.rang > 0 {
				u += s.rang
			} else {
				l += s.rang
			}
		}
		b.Row(l, u)
	}
	for _, c := range all {
		b.Add(c.row, c.column, c.value)
	}
	p := b.Program()
	p.Offset = offset
	return p
}

// unpacked opens a gzip file.
func unpacked(t testing.TB, r io.Reader) io.Reader {
	t.Helper()
	z, err := gzip.NewReader(r)
	if err != nil {
		t.Fatal(err)
	}
	return z
}
