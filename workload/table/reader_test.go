package table

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// inMemory returns a file with a content.
func inMemory(name string, content []byte) File {
	return File{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }}
}

func zipped(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	must(w.Write([]byte(text)))
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func zstandard(text string) []byte {
	var b bytes.Buffer
	w := must(zstd.NewWriter(&b))
	must(w.Write([]byte(text)))
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// rowsOf reads the columns a and b of a table: each row in its line.
func rowsOf(r *Reader) (rows []string, err error) {
	at, err := r.Need("a", "b")
	if err != nil {
		return nil, err
	}
	for r.Next() {
		rows = append(rows, fmt.Sprintf("%d: %s|%s", r.Line(), r.Cell(at[0]), r.Cell(at[1])))
	}
	return rows, errors.Join(r.End(), r.Close())
}

func TestTablesAreReadByTheirContent(t *testing.T) {
	const text = "a,b\n1,x\n2,y\n"
	for name, content := range map[string][]byte{
		"plain": []byte(text), "gzip": zipped(text), "zstd": zstandard(text),
		"several zstd frames": append(zstandard("a,b\n1,x\n"), zstandard("2,y\n")...),
		"line ends":           []byte("a,b\r\n1,x\r\n2,y\r\n"), "no last line end": []byte("a,b\n1,x\n2,y"),
		"mark of byte order": []byte("\ufeff" + text), "semicolons": []byte("a;b\n1;x\n2;y\n"), "tabs": []byte("a\tb\n1\tx\n2\ty\n"),
		"blanks": []byte("a, b\n 1 ,x\n2,\"y\" \n"), "another column": []byte("c,b,a\n\"1,5\",x,1\n,y,2\n"),
		"JSON lines":        []byte("\n" + `{"a": 1, "b": "x"}` + "\n" + `{"b":"y","c":[1,{"a":3}],"a":2}`),
		"members at length": []byte("\n" + `{"a": 1, "b": "\u0078"}` + "\n" + ` {"a": 2, "a": 7, "b": "y"} ` + "\n"),
	} {
		rows, err := rowsOf(must(Open(inMemory("t", content))))
		if got := strings.Join(rows, " "); err != nil || got != "2: 1|x 3: 2|y" {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
}

func TestQuotedFields(t *testing.T) {
	for text, want := range map[string]string{
		"a,b\n\"1,2\",x\n":                  "2: 1,2|x",
		"a,b\n\"say \"\"so\"\"\",x\n":       `2: say "so"|x`,
		"a,b\n\"two\nlines\n\nand\",x\n3,y": "2: two\nlines\n\nand|x 6: 3|y",
		"a,b\n5\",\"x\n":                    "", // the quoted field does not end
		"a,b\n\"5\" inch,x\n":               `2: "5" inch|x`,
		"a,b\n\"\",\"\"\n":                  "2: |",
	} {
		rows, err := rowsOf(must(Read("t", strings.NewReader(text))))
		if got := strings.Join(rows, " "); got != want || (want == "") != (err != nil) {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	mentions(t, second(rowsOf(must(Read("t", strings.NewReader("a,b\n1,x\n2,\"y\n3,z\n"))))), "t:3: a quoted field does not end")
}

func TestMembersOfObjectsWithinAreColumns(t *testing.T) {
	text := `{"m": {"a": 1, "n": {"b": [2, "}"]}}, "c": null}` + "\n" + `{"m": {"a": null}}` + "\n" + `{"m": 3}`
	r := must(Read("t", strings.NewReader(text)))
	if got := fmt.Sprint(r.Columns()); got != "[m.a m.n.b c]" || !r.JSON() {
		t.Errorf("columns %s", got)
	}
	at := must(r.Need("m.a"))[0]
	b := must(r.Optional("m.n.b"))
	var got []string
	for r.Next() {
		got = append(got, fmt.Sprint(r.Count(at), string(r.Cell(b))))
	}
	if want := `[1[2, "}"] 0 0]`; fmt.Sprint(got) != want {
		t.Errorf("%v, want %s", got, want)
	}
	mentions(t, r.End(), `t:2: column "m.a" is missing; there are m.a (2 bad lines in all)`, `t:3: column "m.a" is missing; there are m`)
}

func TestAllFaultsAreToldAtOnce(t *testing.T) {
	r := must(Read("t", strings.NewReader("a,b\nx,-1\n1\n1,2\n,1.5\n")))
	at := must(r.Need("a", "b"))
	good := 0
	for r.Next() {
		r.Number(at[0])
		r.Count(at[1])
		if r.Good() {
			good++
		}
	}
	want := `t:2: a: "x" is not a number
t:2: b: the count "-1" is negative (3 bad lines in all)
  t:3: 1 fields, but the header has 2
  t:5: a: the cell is empty
  t:5: b: "1.5" is not a whole number`
	if err := r.End(); err == nil || err.Error() != want || good != 1 || r.Bad() != 3 {
		t.Errorf("%d good rows, %d bad:\n%v\nwant\n%s", good, r.Bad(), err, want)
	}
	r = must(Read("t", strings.NewReader("a,b,b\n1,2,3\n")))
	mentions(t, second(r.Need("x", "a", "y", "b")), `t:1: columns "x", "y" are missing; there are a, b, b`, `column "b" appears more than once`)
}

func TestFilesThatAreNoTables(t *testing.T) {
	long := "a,b\n" + strings.Repeat("1,2\n", 9000)
	for want, content := range map[string][]byte{
		"t: the file is empty":                               nil,
		"t: the file is empty ":                              []byte("\n \n\r\n"),
		"t: the file has no rows":                            []byte("a,b\n\n"),
		"t: the file is binary, not text":                    []byte("PK\x03\x04"),
		"the file is cut short: unexpected EOF":              zipped(long)[:60],
		"t: gzip: the file is cut short":                     zipped(long)[:8],
		"the file is cut short: unexpected EOF ":             zstandard(long)[:len(zstandard(long))-5],
		"t:3: the line is longer than":                       []byte("a,b\n1,2\n1," + strings.Repeat("2", longestLine)),
		`t:1: columns "a", "b" are missing; there are [1, 2`: []byte("[1, 2]\n[2, 3]\n"),
	} {
		r, err := Open(inMemory("t", content))
		if err == nil {
			_, err = rowsOf(r)
		}
		mentions(t, err, strings.TrimSpace(want))
	}
	mentions(t, second(Open(OnDisk("absent"))), "absent")
}

func TestReadingRowsAllocatesNothing(t *testing.T) {
	for _, text := range []string{"a,b\n" + strings.Repeat("1,2\n", 5000), strings.Repeat(`{"a": 1, "x": [2], "b": "2"}`+"\n", 5000)} {
		r := must(Read("t", strings.NewReader(text)))
		at := must(r.Need("a", "b"))
		if n := testing.AllocsPerRun(1000, func() { r.Next(); r.Count(at[0]); r.Number(at[1]) }); n != 0 {
			t.Errorf("a row allocates %v times", n)
		}
	}
}

func TestWholeTables(t *testing.T) {
	for _, text := range []string{"at_ms,a.b,note\n1500,2,x\n2500,,y\n", "\n" + `{"at_ms": 1500, "a": {"b": 2}, "note": "x"}` + "\n" + `{"note": "y", "at_ms": 2500}`} {
		table := must(Load(inMemory("t", []byte(text))))
		at := must(table.Needed(0, "time", "at"))
		if at[0] != 1.5 || at[1] != 2.5 || table.Len() != 2 || table.Line(1) != 3 || table.Text(1, "note") != "y" {
			t.Errorf("%v, %+v", at, table)
		}
		mentions(t, second(table.Numbers(0, "a.b")), "t:3: a.b: the cell is empty")
		mentions(t, second(table.Needed(2000, "at")), "t:2: at_ms: 1500 is below")
		if b := must(table.Sparse("a.b")); b[0] != 2 || b[1] != 0 {
			t.Errorf("sparse: %v", b)
		}
	}
}

func TestFaultsOfOneFileBecomeOne(t *testing.T) {
	table := must(Load(inMemory("t", []byte("a,b\n1,x\ny,z\n"))))
	_, e1 := table.Numbers(0, "a")
	_, e2 := table.Numbers(0, "b")
	_, e3 := table.Needed(0, "c", "d")
	other := errors.New("--flag: bad")
	want := `t:1: column "c" or "d" is missing; there are a, b (3 bad lines in all)
  t:2: b: "x" is not a number
  t:3: a: "y" is not a number
  t:3: b: "z" is not a number
--flag: bad`
	if err := Join(nil, e1, errors.Join(other, e2), e3); err.Error() != want {
		t.Errorf("%v\nwant\n%s", err, want)
	}
	if Join(nil, nil) != nil {
		t.Error("joining no errors gives an error")
	}
}

// FuzzReader looks for panics, and for rows whose width differs from that of the header.
func FuzzReader(f *testing.F) {
	for _, text := range []string{"a,b\n1,2\n", "a;\"b\"\n\"x\ny\";2\n", `{"a":1}` + "\n" + `{"b":{"a":"\n"}}`, "\x1f\x8b", "\x28\xb5\x2f\xfd", "\"\n\"", "a,b\n\"1\n"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if whole, err := Load(inMemory("t", data)); err == nil {
			for i := range whole.Len() {
				if len(whole.rows[i]) != len(whole.header) {
					t.Fatalf("row %d has %d cells, the header %d", i, len(whole.rows[i]), len(whole.header))
				}
			}
		}
		r, err := Read("t", bytes.NewReader(data))
		if err != nil {
			return
		}
		a, err := r.Optional("a")
		if err != nil {
			return
		}
		for r.Next() {
			r.Text(a)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

func Example() {
	r, err := Read("outages.csv", strings.NewReader("machine,down_s\n3,20\n0,30\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	columns, err := r.Need("machine", "down_s")
	if err != nil {
		fmt.Println(err) // names all missing columns, and the columns of the table
		return
	}
	for r.Next() {
		machine, down := r.Count(columns[0]), r.Number(columns[1])
		if machine == 0 {
			r.Fail(columns[0], errors.New("machines are counted from 1"))
		}
		if r.Good() {
			fmt.Printf("machine %d is down at %v s\n", machine, down)
		}
	}
	fmt.Println(errors.Join(r.End(), r.Close())) // all faults of all rows
	// Output:
	// machine 3 is down at 20 s
	// outages.csv:3: machine: machines are counted from 1
}
