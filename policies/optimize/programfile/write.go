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

// Format returns the format of a file by the ending of its name, ".mps" or ".lp", and whether the
// file is compressed.
func Format(path string) (format string, compressed bool, err error) {
	lower := strings.ToLower(path)
	bare, compressed := strings.CutSuffix(lower, ".gz")
	if format = filepath.Ext(bare); format != ".mps" && format != ".lp" {
		return "", false, fmt.Errorf("%s: want a name that ends in .mps, .lp, .mps.gz or .lp.gz", path)
	}
	return format, compressed, nil
}

// Write returns the content of a file with a program, in the format of the file's name. Parse reads
// the same program again, with the same numbers and names. Only in MPS, the last bit of a limit may
// differ in a row with two limits. Columns and rows without names get generated names.
//
// It returns an error for names that the format does not allow, and for finite bounds that would be
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

// fileNames are the names in a file.
type fileNames struct {
	columns, rows []string
	objective     string // differs from the names of all rows
}

// fileNamesOf returns the names for a file. It returns an error if the format does not allow a name
// or a bound of the program.
func fileNamesOf(p *program.Program, objective string, fits func(string) bool) (fileNames, error) {
	f := fileNames{names(p.Names, p.Columns(), "x"), names(p.RowNames, p.Height(), "r"), objective}
	for slices.Contains(f.rows, f.objective) {
		f.objective += "_"
	}
	return f, errors.Join(checkNames("column", f.columns, fits), checkNames("row", f.rows, fits), checkBounds(p))
}

// names returns the names of the columns or rows. If there are none, it generates them.
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

// PlainNames returns names that both formats allow: other characters become underscores. A name
// that is in the list already gets a number at its end.
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

// checkNames returns the first fault of each kind in the names of columns or of rows.
func checkNames(of string, list []string, fits func(string) bool) error {
	seen := make(map[string]bool, len(list))
	var faults []error
	misfit, twice := false, false
	for _, name := range list {
		if !misfit && !fits(name) {
			misfit = true
			faults = append(faults, fmt.Errorf("this format does not allow the name %s of a %s", quoted(name), of))
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
				return fmt.Errorf("the bound %v would be read as infinite: values from 1e20 on mean infinity", v)
			}
		}
	}
	return nil
}
