package trace

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"wavetank/sim/kernel"
	"wavetank/workload"
	"wavetank/workload/distribution"
	"wavetank/workload/table"
)

// ReadServeGen reads a folder of clients, each of which has two files, plain or compressed:
//
//   - NAME-trace.csv has no header. Each row is a window: start in seconds, rate per second,
//     coefficient of variation of the gaps, distribution of the gaps, its shape and its scale.
//   - NAME-dataset.json has the probabilities of numbers of tokens, for each start of a longer
//     window. They hold until the next window with values.
//
// The input is input_tokens. If that is missing, it is text_tokens plus, for each of image, audio
// and video, the number of pieces times the tokens of a piece. If most is above 0, at most so many
// clients are kept: those with the largest numbers of requests.
func ReadServeGen(f table.File, most int) (*ServeGenClients, error) {
	if f.Folder == nil {
		return nil, &table.FileError{File: f.Name, Err: errors.New("clients are in a folder, and there are no folders here")}
	}
	folder, err := f.Folder()
	if err != nil {
		return nil, fmt.Errorf("trace: %w", err)
	}
	if most < 0 {
		return nil, fmt.Errorf("clients: %d is negative", most)
	}
	traces, err := fs.Glob(folder, "*-trace.csv*")
	if err != nil {
		return nil, err
	}
	if len(traces) == 0 {
		return nil, &table.FileError{File: f.Name, Err: errors.New("the folder has no file *-trace.csv of a client")}
	}
	all := &ServeGenClients{}
	var faults []error
	for i, name := range traces {
		c, err := readClient(folder, f.Name, name)
		if err != nil {
			if faults = append(faults, err); len(faults) == table.MostTold {
				break
			}
			continue
		}
		c.entity = uint64(i)
		all.end = max(all.end, c.windows[len(c.windows)-1].to)
		if c.mean > 0 {
			all.clients = append(all.clients, *c)
		}
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	if len(all.clients) == 0 {
		return nil, &table.FileError{File: f.Name, Err: errors.New("no client sends anything")}
	}
	if most > 0 && most < len(all.clients) {
		slices.SortStableFunc(all.clients, func(a, b client) int { return cmp.Compare(b.mean, a.mean) })
		all.clients = all.clients[:most]
		slices.SortFunc(all.clients, func(a, b client) int { return cmp.Compare(a.entity, b.entity) })
	}
	return all, nil
}

// readClient reads the two files of a client.
func readClient(folder fs.FS, in, trace string) (*client, error) {
	open := func(name string) table.File {
		return table.File{Name: path.Join(in, name), Open: func() (io.ReadCloser, error) { return folder.Open(name) }}
	}
	stem, _, _ := strings.Cut(trace, "-trace.csv")
	dataset := stem + "-dataset.json"
	if _, err := fs.Stat(folder, dataset); err != nil {
		if _, zipped := fs.Stat(folder, dataset+".gz"); zipped == nil {
			dataset += ".gz"
		}
	}
	windows, errW := readWindows(open(trace))
	lengths, errL := readLengths(open(dataset))
	if err := errors.Join(errW, errL); err != nil {
		return nil, err
	}
	c := &client{windows: windows, lengths: lengths}
	for _, w := range windows {
		c.mean += w.rate * time.Duration(w.to-w.from).Seconds()
	}
	if c.mean > 0 && len(lengths) == 0 {
		return nil, &table.FileError{File: path.Join(in, dataset), Err: errors.New("the client sends requests, but no window has lengths")}
	}
	return c, nil
}

// lastWindow is the length of the only window of a client, since no later window tells its end. If
// a client has several windows, the last is as long as the one before it.
const lastWindow = kernel.Time(600 * time.Second)

// windowColumns are the fields of a window, such as "600,0.153,0.887,Gamma,1.271,5.064".
var windowColumns = []string{"start", "rate", "variation", "distribution", "shape", "scale"}

func readWindows(f table.File) ([]clientWindow, error) {
	in, err := table.OpenBare(f, windowColumns...)
	if err != nil {
		return nil, err
	}
	at, err := in.Need(windowColumns[:5]...) // the scale follows from the rate
	if err != nil {
		return nil, errors.Join(err, in.Close())
	}
	var list []clientWindow
	for in.Next() {
		w := readWindow(in, at)
		if n := len(list); in.Good() && n > 0 {
			if list[n-1].to = w.from; w.from <= list[n-1].from {
				in.FailRow(errors.New("the window begins no later than the one before it"))
			}
		}
		if in.Good() {
			list = append(list, w)
		}
	}
	if err = errors.Join(in.End(), in.Close()); err != nil {
		return nil, err
	}
	last := &list[len(list)-1]
	last.to = last.from + lastWindow
	if n := len(list); n > 1 {
		last.to = last.from + last.from - list[n-2].from
	}
	return list, nil
}

// readWindow reads a row. It uses the shape of the distribution. The scale follows from the rate.
func readWindow(in *table.Reader, at []int) (w clientWindow) {
	if in.Cell(at[4]) == nil {
		in.FailRow(errors.New("fields are missing: " + strings.Join(windowColumns, ", ") + " are needed"))
		return w
	}
	start, err := table.Seconds.Instant(in.Cell(at[0]))
	if err == nil && start < 0 {
		err = errors.New("the window begins before 0")
	}
	if err != nil {
		in.Fail(at[0], err)
	}
	rate := in.Number(at[1])
	if in.Good() && !(rate >= 0 && rate <= workload.MaxRate) {
		in.Fail(at[1], fmt.Errorf("%g lies outside 0 to %g", rate, float64(workload.MaxRate)))
	}
	w = clientWindow{from: kernel.Time(start), rate: rate, gaps: distribution.Exponential()}
	if rate == 0 || !in.Good() {
		return w
	}
	switch name := strings.ToLower(string(in.Cell(at[3]))); name {
	case "", "exponential", "poisson":
		return w
	case "gamma":
		w.gaps, err = distribution.Gamma(1 / in.Number(at[4]))
	case "weibull":
		w.gaps, err = distribution.Weibull(in.Number(at[4]))
	default:
		err = fmt.Errorf("the distribution %q is none of Gamma, Weibull and Exponential", table.Clip(in.Cell(at[3])))
	}
	if err != nil && in.Good() {
		in.FailRow(err)
	}
	return w
}

func readLengths(f table.File) ([]clientLengths, error) {
	in, err := f.Content(table.Largest)
	if err != nil {
		return nil, err
	}
	wrong := func(err error) error { return &table.FileError{File: f.Name, Err: err} }
	var windows map[string]map[string]json.RawMessage
	if err := json.Unmarshal(in, &windows); err != nil {
		return nil, wrong(err)
	}
	var list []clientLengths
	var faults []error
	for start, members := range windows {
		at, err := table.Decimal([]byte(start), 1e9)
		var d clientLengths
		if err == nil {
			d, err = lengthsOf(members)
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("window %q: %w", table.Clip([]byte(start)), err))
			continue
		}
		if d.from = kernel.Time(at); !d.empty() {
			list = append(list, d)
		}
	}
	if len(faults) > 0 {
		slices.SortFunc(faults, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
		return nil, wrong(errors.Join(faults[:min(len(faults), table.MostTold)]...))
	}
	slices.SortFunc(list, func(a, b clientLengths) int { return cmp.Compare(a.from, b.from) })
	return list, nil
}

// lengthsOf reads the distributions of one window.
func lengthsOf(members map[string]json.RawMessage) (d clientLengths, err error) {
	var faults []error
	read := func(name string) *chances {
		raw, ok := members[name]
		if !ok {
			return nil
		}
		t, err := chancesOf(raw)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", name, err))
		}
		return &t
	}
	if all := read("input_tokens"); all != nil {
		d.input = append(d.input, inputPart{tokens: *all})
	} else {
		for _, kind := range []string{"text", "image", "audio", "video"} {
			if tokens := read(kind + "_tokens"); tokens != nil {
				d.input = append(d.input, inputPart{read(kind + "_count"), *tokens})
			}
		}
	}
	output := read("output_tokens")
	if output == nil || len(d.input) == 0 {
		return d, errors.Join(append(faults, errors.New("input_tokens or output_tokens is missing"))...)
	}
	d.output = *output
	return d, errors.Join(faults...)
}

// chancesOf reads a distribution. It is a JSON object, or a text like a JSON object whose names
// have no quotes.
func chancesOf(raw json.RawMessage) (t chances, err error) {
	text := []byte(raw)
	if len(text) > 0 && text[0] == '"' {
		text = text[1 : len(text)-1]
	}
	text = bytes.TrimSpace(text)
	if len(text) < 2 || text[0] != '{' || text[len(text)-1] != '}' {
		return t, fmt.Errorf("%q is not a distribution", table.Clip(text))
	}
	total := 0.0
	for rest, more := text[1:len(text)-1], true; more; {
		var entry []byte
		if entry, rest, more = bytes.Cut(rest, []byte{','}); len(bytes.TrimSpace(entry)) == 0 {
			continue
		}
		name, share, _ := bytes.Cut(entry, []byte{':'})
		value, errV := strconv.ParseFloat(string(bytes.Trim(name, `"' \`)), 64)
		chance, errC := strconv.ParseFloat(string(bytes.TrimSpace(share)), 64)
		if errV != nil || errC != nil || !(value >= 0 && value <= distribution.LargestCount) || !(chance >= 0 && chance <= math.MaxFloat32) {
			return t, fmt.Errorf("%q is not a number of tokens with its chance", table.Clip(bytes.TrimSpace(entry)))
		}
		if chance > 0 {
			total += chance
			t.values, t.sums = append(t.values, int32(math.Round(value))), append(t.sums, total)
		}
	}
	return t, nil
}

// empty reports whether a needed distribution has no values.
func (d *clientLengths) empty() bool {
	for _, p := range d.input {
		if len(p.tokens.values) == 0 || p.pieces != nil && len(p.pieces.values) == 0 {
			return true
		}
	}
	return len(d.output.values) == 0
}

// ServeGen is the form of a folder of clients (ReadServeGen).
type ServeGen struct {
	Clients int // how many clients to keep, those with the most requests; 0: all
}

// Scan implements RecordedForm. The number of requests is the expected number.
func (s ServeGen) Scan(f table.File) (Summary, error) {
	clients, err := ReadServeGen(f, s.Clients)
	if err != nil {
		return Summary{}, err
	}
	return Summary{Requests: int64(clients.Mean() + 0.5), Span: clients.Span()}, nil
}

// Prepare implements RecordedForm.
func (s ServeGen) Prepare(f table.File, _ *workload.Mix) (Replayer, error) {
	clients, err := ReadServeGen(f, s.Clients)
	if err != nil {
		return nil, err
	}
	return func(l workload.Lane) (workload.Source, error) { return Generate(l, clients) }, nil
}

// Unused implements RecordedForm.
func (ServeGen) Unused(table.File) ([]string, error) { return nil, nil }
