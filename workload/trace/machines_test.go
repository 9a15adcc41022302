package trace

import (
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/workload/table"
)

// named returns a file with a name and a text.
func named(name, text string) table.File {
	return table.File{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
}

func TestOutagesAreRead(t *testing.T) {
	got, err := ReadOutages(named("f", "cause,up,machine,down\nfan,1m30s,2,60\n\"disk, main\",12.5,1,0\n,3h,2,2h\n"))
	s := kernel.Time(time.Second)
	want := [][]fleet.Outage{{{Down: 0, Up: 12*s + s/2}}, {{Down: 60 * s, Up: 90 * s}, {Down: 7200 * s, Up: 10800 * s}}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("read %v, %v; want %v", got, err, want)
	}
	kind := fleet.MachineType{Outages: got}
	if err := kind.CheckTraces(); err != nil {
		t.Error(err)
	}
}

func TestSupplyIsRead(t *testing.T) {
	got, err := ReadSupply(named("f", "time,available\n0,8\n10m,3\n1d,0\n"))
	want := []fleet.Supply{{Machines: 8}, {From: kernel.Time(10 * time.Minute), Machines: 3}, {From: kernel.Time(24 * time.Hour)}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("read %v, %v; want %v", got, err, want)
	}
}

func TestTimelinesAreRead(t *testing.T) {
	got, err := ReadTimeline(named("f", "price,zone,time\n0.5,a,0\n2,a,10m\n0,a,1d\n"), "price")
	want := fleet.Timeline{{Value: 0.5}, {From: kernel.Time(10 * time.Minute), Value: 2}, {From: kernel.Time(24 * time.Hour)}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("read %v, %v; want %v", got, err, want)
	}
}

func TestBadTracesOfMachinesNameTheLine(t *testing.T) {
	prices := func(f table.File) error { _, err := ReadTimeline(f, "price"); return err }
	outages := func(f table.File) error { _, err := ReadOutages(f); return err }
	supply := func(f table.File) error { _, err := ReadSupply(f); return err }
	for _, c := range []struct {
		read       func(table.File) error
		text, want string
	}{
		{outages, "", "f: the file is empty"},
		{outages, "machine,down,up\n", "f: the file has no rows"},
		{outages, "machine,from,up\n1,2,3\n", `f:1: column "down" is missing`},
		{outages, "machine,down,up\n1,2,3\n1,4\n", "f:3: 2 fields, but the header has 3"},
		{outages, "machine,down,up\n0,2,3\n", "f:2: machine: 0 is outside 1 to 1000000"},
		{outages, "machine,down,up\n1.5,2,3\n", `f:2: machine: "1.5" is not a whole number`},
		{outages, "machine,down,up\n1,2,3\n\n1,5,5\n1,8,7\n", "f:4: up: 5s is not after down, 5s (2 bad lines in all)"},
		{outages, "machine,down,up\n1,2,5\n2,4,5\n1,4,7\n", "f:4: down: 4s is before machine 1 is up again, at 5s"},
		{outages, "machine,down,up\n1,-2,5\n", "f:2: down: -2 is before the start"},
		{outages, "machine,down,up\n1,2,soon\n", `f:2: up: "soon" is not a span of time, such as 100ms, 5s or 2h`},
		{outages, "machine,down,up\n1,2,9999999999999\n", "f:2: up: the timestamp lies outside"},
		{prices, "time,cost\n0,3\n", `f:1: column "price" is missing`},
		{prices, "time,price\n0,3\n0,4\n", "f:3: time: 0s is not after the row before, 0s"},
		{prices, "time,price\n0,-3\n", "f:2: price: -3 is outside 0 to 1000000"},
		{prices, "time,price\n0,2000000\n", "f:2: price: 2e+06 is outside 0 to 1000000"},
		{prices, "time,price\n0,dear\n", `f:2: price: "dear" is not a number`},
		{supply, "time,available\n0,3\n0,4\n", "f:3: time: 0s is not after the row before, 0s"},
		{supply, "time,available\n0,-3\n", `f:2: available: the count "-3" is negative`},
		{supply, "time,available\n0,3\n5,\n", "f:3: available: the cell is empty"},
	} {
		err := c.read(named("f", c.text))
		var fault *table.FileError
		if err == nil || !strings.HasPrefix(err.Error(), c.want) || !errors.As(err, &fault) {
			t.Errorf("%q: error %v, want %s", c.text, err, c.want)
		}
	}
}

// FuzzTracesOfMachines: for every text, either reading fails or the engine accepts the trace.
func FuzzTracesOfMachines(f *testing.F) {
	for _, text := range []string{"machine,down,up\n1,2,3\n2,4s,5h\n", "time,available\n0,8\n10m,3\n", "time,available\n1e3,8\n\"10m\",3\n", "machine,down,up\n1,0,9e99\n", "time,price\n0,1\n5s,2.5\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var kind fleet.MachineType
		var err error
		if kind.Outages, err = ReadOutages(named("f", text)); err != nil {
			kind.Outages = nil
		}
		if kind.Supply, err = ReadSupply(named("f", text)); err != nil {
			kind.Supply = nil
		}
		if kind.Prices, err = ReadTimeline(named("f", text), "price"); err != nil {
			kind.Prices = nil
		}
		spec := fleet.Spec{Types: []fleet.MachineType{kind}, Carbon: kind.Prices}
		if err := spec.Validate(); err != nil {
			t.Error(err)
		}
	})
}
