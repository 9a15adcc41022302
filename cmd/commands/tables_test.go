package commands

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// tableOf is a command that reads a table.
type tableOf struct {
	name   string
	text   string // content of the table
	column string // a column that the table needs
	args   string // command line; FILE is the table, SCENARIO a scenario
	yaml   string // part of the scenario: its stream, or its fleet
}

// tablesRead lists all commands that read tables.
var tablesRead = []tableOf{
	{name: "trace inspect", text: "t,in,out\n0,100,20\n1.5,200,30\n3,50,7\n", column: "t",
		args: "trace inspect FILE --format csv --time t --input in --output out"},
	{name: "trace fit", text: "t,in,out\n0,100,20\n1.5,200,30\n3,50,7\n", column: "in",
		args: "trace fit FILE --format csv --time t --input in --output out --out OUT"},
	{name: "run", text: "at,note\n0,x\n2,x\n4,y\n", column: "at", args: "run SCENARIO --replications 1 --out OUT",
		yaml: "workload: [{model: resnet, slo: {latency: 1s}, arrivals: {csv: {file: 'FILE', time: at}}}]\nfleet: [{machine: aws/g4dn.xlarge, max: 2}]"},
	{name: "lengths", text: "from,to,share\n10,20,1\n30,40,3\n", column: "share", args: "check SCENARIO",
		yaml: "workload: [{model: llama-3.1-8b, slo: {ttft: 2s, tpot: 100ms}, arrivals: {poisson: {rate: 1/s}}, input: {histogram: {file: 'FILE'}}, output: {fixed: {value: 9}}}]\nfleet: [{machine: aws/p5.4xlarge, max: 1}]"},
	{name: "outages", text: "machine,down,up\n1,5s,8s\n2,6,7\n", column: "down", args: "check SCENARIO",
		yaml: "workload: [{model: resnet, slo: {latency: 1s}, arrivals: {poisson: {rate: 1/s}}}]\nfleet: [{machine: aws/g4dn.xlarge, max: 2, outages: {file: 'FILE'}}]"},
	{name: "availability", text: "time,available\n0,2\n5s,1\n", column: "available", args: "check SCENARIO",
		yaml: "workload: [{model: resnet, slo: {latency: 1s}, arrivals: {poisson: {rate: 1/s}}}]\nfleet: [{machine: aws/g4dn.xlarge, max: 2, availability: {file: 'FILE', notice: 1m}}]"},
	{name: "fit log", text: "send,first_token,last_token,input,output\n5,5.25,6.25,100,11\n6,6.5,7,50,6\n", column: "send",
		args: "fit log FILE --compare --start llama-3.1-8b/h100/1"},
	{name: "fit points", text: "input,output,concurrency,ttft_ms,tpot_ms\n100,50,1,30,8\n100,50,4,40,9\n", column: "output",
		args: "fit points FILE --compare --start llama-3.1-8b/h100/1"},
	{name: "fit kernels", text: "layer,tokens,time_us\nmlp,1,100\nmlp,8,100\nmlp,256,130\nmlp,1024,520\n", column: "tokens",
		args: "fit kernels --dense FILE --attention ATTENTION --layers 2"},
	{name: "fit batch", text: "batch,latency_ms\n1,5\n4,8\n8,12\n", column: "batch",
		args: "fit batch FILE"},
	{name: "validate", text: "model,params,quantity,value\nM/N/1,lam=0.5,W,2\nM/O/1,lam=0.25,W,3\n", column: "params",
		args: "validate --table FILE"},
}

const kernelsOfAttention = `prefill_chunk,kv_prefill,n_decode,kv_decode,time_us
16,0,0,0,5
1024,0,0,0,60
0,0,1,16,5
0,0,64,2048,270
256,0,8,256,20
`

// read runs the command on a file and returns its output. Paths of files are removed from the
// output.
func (c tableOf) read(t *testing.T, folder, file string) (code int, out, fault string) {
	t.Helper()
	put := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	scenario := put("s.yaml", "name: s\nduration: 10s\nplanning: {utilization: 0.7}\npolicies: [follow]\n"+strings.ReplaceAll(c.yaml, "FILE", file)+"\n")
	var args []string
	for _, a := range strings.Fields(c.args) {
		switch a {
		case "FILE":
			a = file
		case "SCENARIO":
			a = scenario
		case "ATTENTION":
			a = put("attention.csv", kernelsOfAttention)
		case "OUT":
			a = filepath.Join(folder, "out.yaml") // run uses it as a folder
		}
		args = append(args, a)
	}
	var stdout, stderr bytes.Buffer
	code = run(t.Context(), args, &stdout, &stderr)
	plain := func(b bytes.Buffer) string {
		text := strings.ReplaceAll(b.String(), file, "FILE")
		return strings.ReplaceAll(strings.ReplaceAll(text, filepath.Base(file), "FILE"), folder, "")
	}
	return code, plain(stdout), plain(stderr)
}

// asJSON returns the rows of a table as JSON objects, one per line. Cells that are numbers stay
// numbers.
func asJSON(text string) string {
	var b strings.Builder
	lines := strings.Split(strings.TrimSpace(text), "\n")
	b.WriteByte('\n') // in place of the header
	names := strings.Split(lines[0], ",")
	for _, line := range lines[1:] {
		for i, cell := range strings.Split(line, ",") {
			if !json.Valid([]byte(cell)) {
				cell = fmt.Sprintf("%q", cell)
			}
			fmt.Fprintf(&b, "%c%q: %s", ",{"[max(0, 1-i)], names[i], cell)
		}
		b.WriteString("}\n")
	}
	return b.String()
}

func zipped(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(text)) // into memory
	w.Close()
	return b.String()
}

func zstandard(t *testing.T, text string) string {
	var b bytes.Buffer
	w, err := zstd.NewWriter(&b)
	if err != nil {
		t.Fatal(err)
	}
	w.Write([]byte(text)) // into memory
	w.Close()
	return b.String()
}

// TestEveryCommandReadsTablesAlike: the result does not depend on the format, the packing and the
// name of the file, if its content is the same.
func TestEveryCommandReadsTablesAlike(t *testing.T) {
	for _, c := range tablesRead {
		t.Run(c.name, func(t *testing.T) {
			want := ""
			for _, f := range []struct{ name, file, text string }{
				{"plain", "plain.csv", c.text},
				{"gzip", "packed.csv.gz", zipped(c.text)},
				{"gzip without its ending", "packed.csv", zipped(c.text)},
				{"zstd", "packed.zst", zstandard(t, c.text)},
				{"line ends of Windows", "windows.csv", strings.ReplaceAll(c.text, "\n", "\r\n")},
				{"mark of byte order", "mark.csv", "\ufeff" + c.text},
				{"semicolons", "other.csv", strings.ReplaceAll(c.text, ",", ";")},
				{"JSON lines", "lines.csv", asJSON(c.text)},
			} {
				folder := t.TempDir()
				file := filepath.Join(folder, f.file)
				if err := os.WriteFile(file, []byte(f.text), 0o600); err != nil {
					t.Fatal(err)
				}
				code, out, fault := c.read(t, folder, file)
				if want == "" {
					want = out
				}
				if code == badInput || out == "" || !alike(out, want) {
					t.Errorf("%s: exit code %d, stderr %s, stdout\n%s\nwant\n%s", f.name, code, fault, out, want)
				}
			}
		})
	}
}

// alike compares two outputs, but ignores times of day and durations of runs.
func alike(a, b string) bool { return timeless(a) == timeless(b) }

func timeless(text string) string {
	var kept []string
	for line := range strings.Lines(text) {
		if !strings.Contains(line, " runs in ") && !strings.Contains(line, "esults in ") {
			kept = append(kept, strings.Join(strings.Fields(line), " "))
		}
	}
	return strings.Join(kept, "\n")
}

// TestEveryCommandTellsBadTablesAlike: all commands report a fault of a table in the same words,
// with the file and the line, and with the exit code of bad input.
func TestEveryCommandTellsBadTablesAlike(t *testing.T) {
	for _, c := range tablesRead {
		header, _, _ := strings.Cut(c.text, "\n")
		long := c.text + strings.Repeat(c.text[len(header)+1:], 3000)
		packed := zipped(long)
		misnamed := strings.Replace(header, c.column, "nothing", 1)
		for _, f := range []struct{ name, text, want string }{
			{"empty", "", "FILE: the file is empty"},
			{"header only", header + "\n", "FILE: the file has no rows"},
			{"missing column", strings.Replace(c.text, header, misnamed, 1), fmt.Sprintf("FILE:1: column %q", c.column)},
			{"columns found", strings.Replace(c.text, header, misnamed, 1), "is missing; there are " + strings.ReplaceAll(misnamed, ",", ", ")},
			{"short row", header + "\n1\n", fmt.Sprintf("FILE:2: 1 fields, but the header has %d", 1+strings.Count(header, ","))},
			{"cut short", packed[:len(packed)/2], "the file is cut short: unexpected EOF"},
			{"binary", "\x00\x01\x02\xff\n\n", "FILE: the file is binary, not text"},
		} {
			t.Run(c.name+"/"+f.name, func(t *testing.T) {
				folder := t.TempDir()
				file := filepath.Join(folder, "bad.csv")
				if err := os.WriteFile(file, []byte(f.text), 0o600); err != nil {
					t.Fatal(err)
				}
				code, out, fault := c.read(t, folder, file)
				if code != badInput || out != "" || !strings.Contains(fault, f.want) {
					t.Errorf("exit code %d, stdout %q, stderr\n%s\nwant %s", code, out, fault, f.want)
				}
			})
		}
	}
}

// TestUnitsAreOneList: all commands report an unknown unit of time in the same words.
func TestUnitsAreOneList(t *testing.T) {
	for _, c := range []tableOf{
		{text: tablesRead[0].text, args: tablesRead[0].args + " --unit weeks"},
		{text: tablesRead[2].text, args: tablesRead[2].args, yaml: strings.Replace(tablesRead[2].yaml, "time: at", "time: at, unit: weeks", 1)},
		{text: tablesRead[6].text, args: "fit log FILE --compare --start llama-3.1-8b/h100/1 --column send=send:weeks"},
	} {
		folder := t.TempDir()
		file := filepath.Join(folder, "t.csv")
		if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		code, _, fault := c.read(t, folder, file)
		if want := `"weeks" is not one of s, ms, us, ns, rfc3339`; code != badInput || !strings.Contains(fault, want) {
			t.Errorf("wavetank %s: exit code %d, stderr\n%s\nwant %s", c.args, code, fault, want)
		}
	}
}
