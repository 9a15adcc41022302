package validation

import (
	"errors"
	"io"
	"math"
	"strconv"
	"strings"

	"wavetank/workload/table"
)

// Claim is a row of a table of theory: it claims a value for a quantity of a system.
type Claim struct {
	Line                     int
	Family, Params, Quantity string
	Text                     string // the claimed value as text
	Value                    float64
}

// claimed are the columns of a table of theory.
var claimed = []string{"model", "params", "quantity", "value"}

// ReadClaims reads a table of theory, whose columns are model, params, quantity and value in any
// order. It ignores other columns. Errors contain the name and the line.
func ReadClaims(name string, from io.Reader) ([]Claim, error) {
	in, err := table.Read(name, from)
	if err != nil {
		return nil, err
	}
	at, err := in.Need(claimed...)
	if err != nil {
		return nil, errors.Join(err, in.Close())
	}
	var list []Claim
	for in.Next() {
		c := Claim{Line: in.Line()}
		for i, into := range []*string{&c.Family, &c.Params, &c.Quantity, &c.Text} {
			*into = in.Text(at[i])
		}
		if c.Text != "" {
			c.Value = in.Number(at[3])
		}
		list = append(list, c)
	}
	if err := errors.Join(in.End(), in.Close()); err != nil {
		return nil, err
	}
	return list, nil
}

// holds reports whether a value agrees with the claim. They may differ by the rounding errors of
// formulas in double precision. If the claim is written with at least four digits, they may differ
// by less than one unit of the last digit, because the claim is rounded or cut off.
func (c *Claim) holds(exact float64) bool {
	if math.Abs(exact-c.Value) <= 1e-9*max(math.Abs(exact), math.Abs(c.Value)) {
		return true
	}
	mantissa, exponent, _ := strings.Cut(strings.ToLower(strings.TrimLeft(c.Text, "+-")), "e")
	whole, places, _ := strings.Cut(mantissa, ".")
	if len(strings.TrimLeft(whole+places, "0")) < 4 {
		return false
	}
	shift, _ := strconv.Atoi(exponent) // never fails: the value has already been parsed
	return math.Abs(exact-c.Value) < math.Pow10(shift-len(places))
}
