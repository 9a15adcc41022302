package programfile

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"wavetank/workload/table"
)

// TestEveryFaultIsToldWithItsLine reads files with faults. Each wanted message begins with the
// line.
func TestEveryFaultIsToldWithItsLine(t *testing.T) {
	for _, c := range []struct {
		name, text string
		wants      []string
	}{
		{"words of MPS", `NAME  X
ROWS
 N  COST
 Q  A
 L  A
 L  B
 L  B
COLUMNS
    X  COST  1x  B  2
    X  C  3
    Y  B  1  B  2
    X  B  5
    Z  B
    M  'MARKER'  'INTEND'
RHS
    RHS  B  1e400
    RHS  D  1
    RHS  B  2
RANGES
    RNG  B  nan
BOUNDS
 XX BND  X  1
 SC BND  X  1
 UP BND  Q  1
 LO BND  X  inf
 UP BND  X
`, []string{
			`4: the sense of row "A" is "Q"; it must be N, E, L or G`,
			`5: the row "A" is there twice`,
			`7: the row "B" is there twice`,
			`9: column "X" in row "COST": "1x" is not a number`,
			`10: there is no row "C"`,
			`11: column "Y" has two values in row "B"`,
			`12: the column "X" appears again`,
			`13: column "Z" in row "B": the value is missing`,
			`14: the marker INTEND follows a marker of the same kind`,
			`17: there is no row "D"`,
			`(17 bad lines in all)`,
		}},
		{"sections", "ROWS\n N C\nRHS\n R C 1\nSOS1\n S1 X\nPLANETS\n x\n", []string{
			"3: the section RHS comes too early", `5: the section SOS1 is not supported: special ordered sets`,
			`7: there is no section "PLANETS" in MPS`, "8: the file is cut short: ENDATA is missing", "8: the section COLUMNS is missing",
		}},
		{"values that are missing", missingText, []string{
			`7: column "X" in row "B": the value is missing (8 bad lines in all)`,
			`10: the value of row "A" is missing`,
			`11: the value of row "B" is missing`,
			`14: the value of row "A" is missing`,
			`16: the value of the bound of column "X" is missing`,
			`19: a line of BOUNDS has a kind, a set, a column`,
			`20: a line of BOUNDS has a kind, a set, a column`,
			`21: there is no column "Q"`,
		}},
		{"misspelt sections", "ROW\n N C\n L A\ncolumns\n x A 1 B 2\nENDATA\n", []string{
			`1: a problem begins with NAME or ROWS`,
		}},
		{"misspelt sections behind a name", "NAME\nROW\n N C\n L A\ncolumns\n x A 1 B 2\nENDATA\n", []string{
			`2: there is no section "ROW" in MPS; ROWS may be meant (3 bad lines in all)`,
			`5: there is no section "columns" in MPS; COLUMNS may be meant`,
			`6: there is no row "B"`,
		}},
		{"sense", "OBJSENSE\n  UP\nROWS\n N C\nCOLUMNS\n x C 1\nENDATA\n", []string{`2: OBJSENSE is "UP"; it must be MAX or MIN`}},
		{"objective", "OBJNAME\n  D\nROWS\n N C\nCOLUMNS\n x C 1\nENDATA\n", []string{`7: OBJNAME: there is no N row "D"`}},
		{"late", "ROWS\n N C\nOBJNAME C\nCOLUMNS\n x C 1\nENDATA\n", []string{"3: the section OBJNAME comes too late"}},
		{"never met", "ROWS\n N C\n E A\nCOLUMNS\n x A 1\nRHS\n R A 1e30\nBOUNDS\n UP B x -1e20\nENDATA\n", []string{
			`7: the right-hand side "1e30" of row "A" (E) can never be met`, `9: the bound UP of column "x" can never be met`,
		}},
		{"fixed", strings.Replace(strings.Replace(fixedText, "  4.0 ", "  4.0x", 1), "ROW TWO            1.0", "ROW SIX            1.0", 1), []string{
			`10: column "COL B" in row "THE COST": "4.0x" is not a number`, `12: there is no row "ROW SIX"`,
		}},
		{"words of LP", `Minimize
 obj: 2 x + 3 y ^ 2
Subject To
 a: x + <= 5
 b: x + y 5
 c: x >= 1 <= 3
 c: x <= inf + 2
 d: 3 <= 4
 e: x = inf
 f: [ x * y ] <= 3
Bounds
 q <= 4
 x <= -inf
 x >= z
SOS
 s1: x:1
Generals
 p
`, []string{
			`2:17: "^" is not supported: powers; only linear rows are`,
			`4:9: a column or a number is expected, not "<="`,
			`5:11: <=, >= or = is expected in a row, not "5"`,
			`6:12: a row with two relations has numbers at both ends`,
			`7:2: the row "c" is there twice`,
			`8:2: a row has no column`,
			`9:2: the row can never be met: its right-hand side is infinite`,
			`10:5: "[" is not supported: quadratic terms; only linear rows are`,
			`12:2: there is no column "q"`,
			`13:2: the bound of column "x" can never be met`,
			`(14 bad lines in all)`,
		}},
		{"typing errors behind a row", "Minimize\n x\nSubject To\n a: x >= 12O\n b: x >= 5 apples\n c: x >= 1.5.5\n d: x + y >= 2 y\n e: 1 <= x <= 2 3\nEnd\n", []string{
			`4:12: the right-hand side of a row must be a number, not "O"`,
			`5:12: the right-hand side of a row must be a number, not "apples"`,
			`6:13: ".5" stands behind the number "1.5"; a number has no blank within, and one point at most`,
			`7:16: the right-hand side of a row must be a number, not "y"`,
			`8:17: "3" stands behind the number "2"; a number has no blank within, and one point at most`,
		}},
		{"one line", "Minimize obj: x + y Subject To c1: x + y >= 2 Bounds x <= 4 End\n", []string{
			"1:21: Subject To stands within a line; a section begins on a new line",
			"1:47: Bounds stands within a line", "1:61: End stands within a line",
		}},
		{"sections within lines", "max 3 x\nst c1: x >= 2 bounds\n x <= 3 int x\n y end\n", []string{
			"2:15: bounds stands within a line; a section begins on a new line (3 bad lines in all)",
			"3:9: int stands within a line", `4:2: there is no column "y"`, "4:4: end stands within a line",
		}},
		{"minimum within a line", "Minimize\n x\nSubject To\n c1: x >= min\nEnd\n", []string{
			`4:11: the right-hand side of a row must be a number, not "min"`,
		}},
		{"relations and numbers", relationsText, []string{
			`2:4: "000" stands behind the number "1"; a number has no blank within`,
			`4:12: "->" is not supported: indicator rows; only linear rows are`,
			`5:18: "<=" is a third relation; there are two at most, as in 1 <= x <= 3`,
			`6:10: "=" stands behind "<"; a relation is <=, >= or =, without a blank within`,
			`7:8: "<>" is not a relation; <=, >= and = are`,
			`8:9: "000" stands behind the number "1"`,
			`11:9: a bound with two relations has its column between them, as in 1 <= x <= 3`,
			`12:9: the two relations of a bound must point the same way`,
			`13:14: "<=" is a third relation`,
			`14:7: "y" stands in a bound where a number is expected`,
			`(11 bad lines in all)`,
		}},
		{"nothing behind a relation", "Minimize\n x\nSubject To\n a: x >=\n b: x <= \\ 3\n c: 1 <= x < = 3\nBounds\n 3 <= x free\nEnd\n", []string{
			`4:7: a number is expected behind ">=" in a row (4 bad lines in all)`, `6:14: "=" stands behind "<"`, `5:7: a number is expected behind "<=" in a row`,
			`8:9: free stands alone behind its column, as in x free`,
		}},
		{"several objectives", "Minimize multi-objectives\n a: Priority=2\n  x + y\nSubject To\n r: x + y >= 1\nEnd\n", []string{
			`1:10: several objectives are not supported`,
		}},
		{"objectives in one section", "Minimize\n a: x\n b: y ^ 2\nSubject To\n r: x + y >= 1\nMaximize\n q\nBounds\n y <= 3\nEnd\n", []string{
			`3:2: several objectives are not supported (2 bad lines in all)`, `6:1: several objectives are not supported`,
		}},
		{"columns of bad rows", "Minimize\n p ^ 2\n + q\nSubject To\n a: x * y <= 3\nBounds\n x <= 3\n q <= 2\nGenerals\n p y\nEnd\n", []string{
			`2:4: "^" is not supported: powers; only linear rows are (2 bad lines in all)`, `5:7: "*" is not supported: products`,
		}},
		{"places are counted in characters", "Minimize\n é ^ 2\nEnd\n", []string{`2:4: "^" is not supported`}},
		{"lp_solve", "max: 3x + 2y;\nx <= 4;\n", []string{"1:1: max with a colon is the LP format of lp_solve, which is not read; MPS and the LP format of CPLEX are"}},
		{"lp ends", "Minimize\n x\nSubject To\n x >= 1\n", []string{"5:1: the file is cut short: End is missing"}},
		{"no format", "hello\n", []string{`1: a problem begins with NAME or ROWS (MPS), or with Minimize or Maximize (LP), not with "hello"`}},
	} {
		_, _, err := Parse("file", []byte(c.text))
		if _, is := errors.AsType[*table.FileError](err); !is {
			t.Errorf("%s: %v is not an error of a file", c.name, err)
			continue
		}
		for _, want := range c.wants {
			if want[0] != '(' {
				want = "file:" + want
			}
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %q is not in\n%v", c.name, want, err)
			}
		}
		if told := strings.Count(err.Error(), "\n") + 1; told > table.MostTold+1 {
			t.Errorf("%s: %d lines of faults are reported", c.name, told)
		}
	}
}

// relationsText has relations and numbers that are mistyped, or more than there may be.
const relationsText = `Minimize
 1 000 x + y
Subject To
 c1: y = 1 -> x <= 3
 1 <= x + y <= 3 <= 5
 x + y < = 3
 x + y <> 3
 x <= 1 000
 x + y >= 1
Bounds
 x >= 2 <= 3
 2 <= x >= 3
 1 <= x <= 3 <= 4
 x <= y
Generals
 3
End
`

// missingText lacks values at the end of lines, and has other faults behind them. Sets are named in
// some lines, and there are comments.
const missingText = `NAME
ROWS
 N  COST
 L  A
 L  B
COLUMNS
    X  COST  1  B
    Y  COST  1  $ a comment
RHS  
    RHS  A
    RHS  A  1  B
    RHS  B  2  $ a comment
RANGES
    RNG  A
BOUNDS
 UP BND X
 UP BND Y 3
 UP X 3
 UP BND 3
 FR BND
 UP BND Q 4
ENDATA
`

// fixedText is a file in fixed columns.
var fixedText = fmt.Sprintf("NAME\nROWS\n N  THE COST\n L  ROW ONE\n G  ROW TWO\nCOLUMNS\n%s%s%s    COL B     THE COST           4.0   ROW TWO            5.0\nRHS\n    RHS       ROW ONE           10.0   ROW TWO            1.0\nENDATA\n",
	"    COL A     THE COST           1.0   ROW ONE            2.0\n", "    COL A     ROW TWO            3.0\n", "    COL B     ROW ONE            3.0\n")

func TestFilesWithoutContentAreRefused(t *testing.T) {
	for text, want := range map[string]string{"": "no content", "* only a comment\n": "no content", "ROWS\x00": "binary"} {
		if _, _, err := Parse("file", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}
