package build

import (
	"fmt"

	"wavetank/scenarios/file"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/workload/table"
	"wavetank/workload/trace"
)

// machineTraces reads the files about machines over time.
type machineTraces struct {
	file   *file.Loaded
	found  *findings
	inputs []Input
}

// readMachineTraces reads the files of outages, availability, prices and carbon intensity into a
// spec. If it has fewer types than the fleet has entries, because some machines are unknown, files
// of machine types are checked but not kept.
func readMachineTraces(f *file.Loaded, spec *fleet.Spec, found *findings) []Input {
	r := &machineTraces{file: f, found: found}
	for i := range f.Scenario.Fleet {
		kind := &fleet.MachineType{}
		if len(spec.Types) == len(f.Scenario.Fleet) {
			kind = &spec.Types[i]
		}
		r.readType(fmt.Sprintf("fleet[%d]", i), &f.Scenario.Fleet[i], kind)
	}
	if c := f.Scenario.Carbon; c != nil {
		spec.Carbon = timeline(c.Table.Timeline())
		if c.Fixed != nil {
			spec.Carbon = fleet.Timeline{{From: 0, Value: float64(*c.Fixed)}}
		}
		r.readTimeline(c.Table.File, "carbon.file", "intensity", &spec.Carbon)
		if len(spec.Carbon) > 0 {
			spec.Carbon[0].From = 0 // the first value also holds before its instant
		}
	}
	return r.inputs
}

// timeline returns the values over time that a table in the scenario holds.
func timeline(table file.Timeline) (line fleet.Timeline) {
	for _, p := range table {
		line = append(line, fleet.TimelinePoint{From: kernel.Time(p.Time), Value: p.Value})
	}
	return line
}

// readType reads the files of a machine type.
func (r *machineTraces) readType(path string, use *file.Machines, kind *fleet.MachineType) {
	if o := use.Outages; o != nil {
		r.read(o.File, path+".outages.file", func(file table.File) (rows int, err error) {
			kind.Outages, err = trace.ReadOutages(file)
			for _, list := range kind.Outages {
				rows += len(list)
			}
			return rows, err
		})
	}
	if a := use.Availability; a != nil {
		r.read(a.File, path+".availability.file", func(file table.File) (rows int, err error) {
			kind.Supply, err = trace.ReadSupply(file)
			return len(kind.Supply), err
		})
	}
	if use.Price != nil {
		r.readTimeline(use.Price.Table.File, path+".price.file", "price", &kind.Prices)
	}
	for i := range kind.Prices {
		kind.Prices[i].Value *= float64(max(1, use.Group)) // the price is that of one machine
	}
}

// readTimeline reads a column over time, if the scenario names a file.
func (r *machineTraces) readTimeline(name, path, column string, into *fleet.Timeline) {
	if name != "" {
		r.read(name, path, func(file table.File) (rows int, err error) {
			*into, err = trace.ReadTimeline(file, column)
			return len(*into), err
		})
	}
}

// read reads a file and adds it to the inputs, or reports its faults.
func (r *machineTraces) read(name, path string, rows func(table.File) (int, error)) {
	file := r.file.Open(name)
	in := Input{File: name}
	var err error
	if in.Rows, err = rows(file); err == nil {
		in.SHA256, err = digest(file)
	}
	if err != nil {
		r.found.report(path, err.Error())
		return
	}
	r.inputs = append(r.inputs, in)
}
