package programfile

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"wavetank/policies/optimize/program"
)

// Format returns the format that the ending of a file's name asks for, ".mps" or ".lp", and whether
// the file is to be compressed.
func Format(path string) (format string, compressed bool, err error) {
	lower := strings.ToLower(path)
	bare, compressed := strings.CutSuffix(lower, ".gz")
	if format = filepath.Ext(bare); format != ".mps" && format != ".lp" {
		return "", false, fmt.Errorf("%s: want a name that ends in .mps, .lp, .mps.gz or .lp.gz", path)
	}
	return format, compressed, nil
}

// Write returns the content of a file with a program, in the format of the file's name. What Parse
// makes of it equals the program in every number and name, up to the last bit of the width of a
// row with two limits in MPS. Columns and rows without names get some.
//
// It returns an error for names that the format cannot hold, and for finite bounds that would be
// read as infinite.
func Write(path string, p *program.Program) ([]byte, error) {
	format, compressed, err := Format(path)
	if err != nil {
		return nil, err
	}
	if err := p.Validate(); err != nil {
		return nil, err
	}
	write := writeMPS
	if format == ".lp" {
		write = writeLP
	}
	text, err := write(p)
	if err != nil || !compressed {
		return text, err
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err = z.Write(text)
	if err = errors.Join(err, z.Close()); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// title returns the name of a program as one line.
func title(name string) string {
	plain := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, name)
	return strings.Join(strings.Fields(plain), " ")
}

// fileNames are the names that stand in a file.
type fileNames struct {
	columns, rows []string
	objective     string // none of the rows has it
}

// fileNamesOf returns the names for a file. It returns an error if one does not fit, or if a bound
// of the program does not.
func fileNamesOf(p *program.Program, objective string, fits func(string) bool) (fileNames, error) {
	f := fileNames{names(p.Names, p.Columns(), "x"), names(p.RowNames, p.Height(), "r"), objective}
	for slices.Contains(f.rows, f.objective) {
		f.objective += "_"
	}
	return f, errors.Join(checkNames("column", f.columns, fits), checkNames("row", f.rows, fits), checkBounds(p))
}

// names returns the names of the columns or rows, and makes them up where there are none.
func names(given []string, count int, letter string) []string {
	if len(given) > 0 {
		return given
	}
	made := make([]string, count)
	for i := range made {
		made[i] = fmt.Sprintf("%s%d", letter, i+1)
	}
	return made
}

// PlainNames returns names that both formats can hold: other characters become underscores, and a
// number is added to a name that stands there before.
func PlainNames(list []string) []string {
	plain, taken := make([]string, len(list)), map[string]bool{}
	for i, name := range list {
		name = strings.Map(func(r rune) rune {
			if r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("._@", r)) {
				return r
			}
			return '_'
		}, name)
		if !plainName(name) {
			name = "_" + name
		}
		again := name
		for n := 2; taken[again]; n++ {
			again = fmt.Sprintf("%s_%d", name, n)
		}
		plain[i], taken[again] = again, true
	}
	return plain
}

// checkNames returns the first fault of each kind in the names of columns or rows.
func checkNames(of string, list []string, fits func(string) bool) error {
	seen := make(map[string]bool, len(list))
	var faults []error
	misfit, twice := false, false
	for _, name := range list {
		if !misfit && !fits(name) {
			misfit = true
			faults = append(faults, fmt.Errorf("the name %s of a %s cannot stand in this format", quoted(name), of))
		}
		if !twice && seen[name] {
			twice = true
			faults = append(faults, fmt.Errorf("two %ss have the name %s", of, quoted(name)))
		}
		seen[name] = true
	}
	return errors.Join(faults...)
}

// checkBounds returns an error for the first finite bound that would be read as infinite.
func checkBounds(p *program.Program) error {
	for _, list := range [][]float64{p.Lower, p.Upper, p.RowLower, p.RowUpper} {
		for _, v := range list {
			if v != limit(v) {
				return fmt.Errorf("the bound %v would be read as infinite: from 1e20 on, values stand for infinity", v)
			}
		}
	}
	return nil
}
