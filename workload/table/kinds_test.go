package table

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"
	"github.com/ulikunitz/xz"
)

// cellsOf returns the cells of some columns of a text, row by row, as a Reader and as a Table read
// them. Both must agree.
func cellsOf(t *testing.T, text string, columns ...string) (list []string) {
	t.Helper()
	open := inMemory("t", []byte(text))
	r, err := Open(open)
	if err != nil {
		t.Fatal(err)
	}
	places, err := r.Need(columns...)
	if err != nil {
		t.Fatal(err)
	}
	for r.Next() {
		var cells []string
		for _, place := range places {
			cells = append(cells, string(r.Cell(place)))
		}
		list = append(list, strings.Join(cells, "|"))
	}
	if err := r.End(); err != nil {
		t.Fatal(err)
	}
	whole, err := Load(open)
	if err != nil {
		t.Fatal(err)
	}
	for i := range whole.Len() {
		var cells []string
		for _, c := range columns {
			cells = append(cells, whole.Text(i, c))
		}
		if i >= len(list) || list[i] != strings.Join(cells, "|") {
			t.Errorf("row %d: a table has %q, a reader %q", i, cells, list)
		}
	}
	return list
}

// TestTablesOfEveryShapeAreRead reads the same two rows in many shapes.
func TestTablesOfEveryShapeAreRead(t *testing.T) {
	want := []string{"1|a b|2.5", "2|c|3"}
	for name, text := range map[string]string{
		"comma":           "n,name,x\n1,a b,2.5\n2,c,3\n",
		"semicolon":       "n;name;x\r\n1;a b;2.5\r\n2;c;3\r\n",
		"tab":             "n\tname\tx\n1\ta b\t2.5\n2\tc\t3\n",
		"bar":             "n|name|x\n1|a b|2.5\n2|c|3\n",
		"caret":           "n^name^x\n1^a b^2.5\n2^c^3\n",
		"blanks":          "n name   x\n1   \"a b\" 2.5\n2 c 3\n",
		"separator given": "sep=;\nn;name;x\n1;a b;2.5\n2;c;3\n",
		"units below":     "n,name,x\ncount,,s\n1,a b,2.5\n2,c,3\n",
		"lines":           "{\"n\": 1, \"name\": \"a b\", \"x\": 2.5}\n{\"n\": 2, \"name\": \"c\", \"x\": 3}\n",
		"list":            `[{"n": 1, "name": "a b", "x": 2.5}, {"n": 2, "name": "c", "x": 3}]`,
		"printed list":    "[\n  {\n    \"n\": 1,\n    \"name\": \"a b\",\n    \"x\": 2.5\n  },\n  {\"n\": 2, \"name\": \"c\", \"x\": 3}\n]\n",
		"printed objects": "\ufeff{\n \"n\": 1,\n \"name\": \"a b\",\n \"x\": 2.5\n}\n{\n \"n\": 2, \"name\": \"c\", \"x\": 3}",
	} {
		columns := []string{"n", "name", "x"}
		if name == "units below" {
			columns = []string{"n count", "name", "x s"}
		}
		if got := cellsOf(t, text, columns...); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestHeadersOfSeveralRowsAreOneName(t *testing.T) {
	text := "Load,,TTFT,TTFT\nKind,Clients,mean,p99\n,,ms,ms\nloop,4,34,47.5\n"
	if got := cellsOf(t, text, "Load Kind", "Load Clients", "TTFT mean ms", "TTFT p99 ms"); !slices.Equal(got, []string{"loop|4|34|47.5"}) {
		t.Errorf("%q", got)
	}
	// a first row of texts belongs to the header only if the header above it is incomplete
	if got := cellsOf(t, "a,b\nx,y\n1,2\n", "a", "b"); len(got) != 2 {
		t.Errorf("a row of texts is taken for a header: %q", got)
	}
}

func TestObjectsOfSeveralLinesHaveTheLineOfTheirBegin(t *testing.T) {
	r, err := Read("t", strings.NewReader("[\n{\"a\": 1},\n{\n\"a\":\n\"x\"\n}\n]"))
	if err != nil {
		t.Fatal(err)
	}
	at, err := r.Need("a")
	if err != nil {
		t.Fatal(err)
	}
	for r.Next() {
		r.Number(at[0])
	}
	if err := r.End(); err == nil || err.Error() != `t:3: a: "x" is not a number` {
		t.Errorf("%v", err)
	}
	for text, want := range map[string]string{
		"[{\"a\": 1}\n{\"a\": 2}]":   "t:2: want JSON objects",
		"[{\"a\": 1},\n{\"a\": 2}":   "t:2: the file is cut short",
		"{\n\"a\": [1, 2\n":          "t:3: the file is cut short",
		"{\n\"a\": 1}\nand more\n":   "t:3: want JSON objects",
		"[{\"a\": 1}]\n[{\"a\": 1}]": "t:2: want JSON objects",
	} {
		_, err := Load(inMemory("t", []byte(text)))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func TestEveryCompressionIsRead(t *testing.T) {
	const text = "a,b\n1,2\n"
	for name, writer := range map[string]func(io.Writer) io.WriteCloser{
		"gzip": func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
		"zstd": func(w io.Writer) io.WriteCloser { z, _ := zstd.NewWriter(w); return z },
		"xz":   func(w io.Writer) io.WriteCloser { z, _ := xz.NewWriter(w); return z },
	} {
		var packed bytes.Buffer
		w := writer(&packed)
		if _, err := io.WriteString(w, text); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		for cut, want := range map[int]string{0: "", 9: "cut short"} {
			data := packed.Bytes()[:packed.Len()-cut]
			_, err := Load(inMemory("t", data))
			if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
				t.Errorf("%s without its last %d bytes: %v", name, cut, err)
			}
		}
	}
}

// spanRow is a row of a Parquet file.
type spanRow struct {
	At    int64   `parquet:"at,timestamp(microsecond)"`
	Usage usage   `parquet:"usage"`
	Names []int64 `parquet:"names,list"`
	Note  *string `parquet:"note,optional"`
	Rate  float64 `parquet:"rate"`
}

type usage struct {
	Input int32 `parquet:"input"`
}

func TestParquetIsRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.parquet")
	note := `said "no"`
	rows := []spanRow{
		{At: 1_700_000_000_000_001, Usage: usage{7}, Names: []int64{3, 4}, Rate: 0.5},
		{At: 1_700_000_001_000_000, Usage: usage{8}, Note: &note, Rate: 2},
	}
	if err := parquet.WriteFile(path, rows); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"2023-11-14T22:13:20.000001Z|7|[3,4]||0.5", `2023-11-14T22:13:21Z|8|[]|said "no"|2`}
	if got := cellsOf(t, string(data), "at", "usage.input", "names", "note", "rate"); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	onDisk, err := Load(OnDisk(path))
	if err != nil || onDisk.Len() != 2 {
		t.Errorf("%v %v", onDisk, err)
	}
	at, err := onDisk.Instants("at")
	if err != nil || at[0] != 0 || at[1] != 0.999999 {
		t.Errorf("instants %v %v", at, err)
	}
	for _, cut := range []int{5, 40, len(data) - 3} {
		damaged := data[:cut]
		if _, err := Load(inMemory("t", damaged)); err == nil {
			t.Errorf("the first %d bytes are read", cut)
		}
	}
}

func TestNamesAreFoundInEveryWriting(t *testing.T) {
	for header, want := range map[string]float64{
		"ttft_ms": 0.002, "TTFT (ms)": 0.002, "ttft [s]": 2, "ttft_seconds": 2, "metrics.ttft_us": 2e-6, "TTFT": 2,
	} {
		table, err := Load(inMemory("t", []byte(header+",b\n2,1\n")))
		if err != nil {
			t.Fatal(err)
		}
		if v, err := table.Spans("ttft"); err != nil || len(v) != 1 || v[0] != want {
			t.Errorf("%s: %v %v, want %v", header, v, err, want)
		}
	}
	two, err := Load(inMemory("t", []byte("x.ttft,y.ttft\n2,1\n")))
	if column, _ := two.Find("ttft"); err != nil || column != "" {
		t.Errorf("%q is taken, although two columns end in the name", column)
	}
}

func TestRenamedColumnsKeepTheUnitOfTheirName(t *testing.T) {
	table, err := Load(inMemory("t", []byte("sent_us,b\n3000000,1\n")))
	if err != nil {
		t.Fatal(err)
	}
	if err := table.Rename("sent_us", "send", ""); err != nil {
		t.Fatal(err)
	}
	if v, err := table.Instants("send"); err != nil || v[0] != 3 {
		t.Errorf("%v %v", v, err)
	}
}

func TestUnitsOfInstantsFollowFromTheColumn(t *testing.T) {
	for _, c := range []struct {
		column, cell string
		want         Unit
	}{
		{"t", "5", Seconds}, {"t_ms", "5", Milliseconds}, {"startTimeUnixNano", "1772442000487600000", Nanoseconds},
		{"ts", "1772442000", Seconds}, {"ts", "1772442000487", Milliseconds}, {"ts", "1772442000487600", Microseconds},
		{"ts", "1772442000487600000", Nanoseconds}, {"ts_ms", "2026-03-02 09:00:00", DateTime}, {"ts", "1772442000.4876", Seconds},
	} {
		if got := UnitFrom(c.column, []byte(c.cell)); got != c.want {
			t.Errorf("%s of %s: %v, want %v", c.column, c.cell, got, c.want)
		}
	}
}

func TestDatesOfEveryFormAreTheSameInstant(t *testing.T) {
	const want = 1772442000 * int64(1e9)
	for _, text := range []string{
		"2026-03-02T09:00:00Z", "2026-03-02 09:00:00", "2026/03/02 09:00:00", "2026-03-02T09:00Z", "2026-03-02 09:00", "02/Mar/2026:10:00:00 +0100",
		"2026-03-02T09:00:00.000000000+00:00", "2026/03/02 09:00",
	} {
		if got, err := DateTime.Instant([]byte(text)); err != nil || got != want {
			t.Errorf("%s: %d %v", text, got, err)
		}
	}
	if got, err := DateTime.Instant([]byte("2026-03-02")); err != nil || got != want-9*3600*1e9 {
		t.Errorf("a date without a time: %d %v", got, err)
	}
	for _, text := range []string{"02/Mai/2026:10:00:00 +0100", "2026-13-02", "26-03-02 09:00"} {
		if _, err := DateTime.Instant([]byte(text)); err == nil {
			t.Errorf("%s is read", text)
		}
	}
}

func TestConditionsKeepRows(t *testing.T) {
	for text, want := range map[string]string{
		"s=ok": "1 3", "s!=ok": "2 4", "v>2": "3", "v>=2": "2 3", "v<2": "1", "v<=2": "1 2", "e=": "2 3 4", "e!=": "1",
	} {
		table, err := Load(inMemory("t", []byte("n,s,v,e\n1,ok,1,x\n2,bad,2,\n3,ok,3,\n4,,none,\n")))
		if err != nil {
			t.Fatal(err)
		}
		c, err := ParseCondition(text)
		if err != nil || c.String() != text {
			t.Fatalf("%s: %v %v", text, c, err)
		}
		if err := table.KeepIf(c); err != nil {
			t.Fatal(err)
		}
		var kept []string
		for i := range table.Len() {
			kept = append(kept, table.Text(i, "n"))
		}
		if strings.Join(kept, " ") != want {
			t.Errorf("%s keeps %v, want %s", text, kept, want)
		}
	}
	for _, text := range []string{"", "a", "=a", "a!b", "v>x"} {
		if _, err := ParseCondition(text); err == nil {
			t.Errorf("%q is read", text)
		}
	}
}
