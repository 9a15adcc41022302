package trace

import (
	"bytes"
	"errors"
	"fmt"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/workload/table"
)

// mostMachines bounds the machines of a trace.
const mostMachines = 1_000_000

// ReadOutages reads when machines were down: a table with the columns machine, down and up. A machine is named by
// its number among the machines of its type, in the order in which they are ordered, from 1; the instants are
// counted from the start of the run, in seconds or with a unit. The rows of a machine are in the order of time and do
// not overlap. The errors of lines name the file, the first such line and how many there are.
func ReadOutages(f table.File) (outages [][]fleet.Outage, err error) {
	err = readTable(f, []string{"machine", "down", "up"}, func(fields [][]byte) error {
		n, err := table.ParseCount(fields[0])
		if err == nil && (n < 1 || n > mostMachines) {
			err = fmt.Errorf("%d is outside 1 to %d", n, mostMachines)
		}
		down, wrong := sinceStart("down", fields[1])
		up, bad := sinceStart("up", fields[2])
		if err = errors.Join(inColumn("machine", err), wrong, bad); err != nil {
			return err
		}
		for len(outages) < int(n) {
			outages = append(outages, nil)
		}
		list := &outages[n-1]
		switch last := len(*list) - 1; {
		case up <= down:
			return fmt.Errorf("up: %v is not after down, %v", up, down)
		case last >= 0 && down < (*list)[last].Up:
			return fmt.Errorf("down: %v is before machine %d is up again, at %v", down, n, (*list)[last].Up)
		}
		*list = append(*list, fleet.Outage{Down: down, Up: up})
		return nil
	})
	return outages, err
}

// ReadSupply reads how many machines of a type could be rented: a table with the columns time and available. From the
// instant of a row on there are so many, until that of the next, which is later. Instants are as in ReadOutages.
func ReadSupply(f table.File) (supply []fleet.Supply, err error) {
	err = readTable(f, []string{"time", "available"}, func(fields [][]byte) error {
		from, err := sinceStart("time", fields[0])
		n, wrong := table.ParseCount(fields[1])
		if err = errors.Join(err, inColumn("available", wrong)); err != nil {
			return err
		}
		if last := len(supply) - 1; last >= 0 && from <= supply[last].From {
			return fmt.Errorf("time: %v is not after the row before, %v", from, supply[last].From)
		}
		supply = append(supply, fleet.Supply{From: from, Machines: int(n)})
		return nil
	})
	return supply, err
}

// readTable reads the columns of these names, row by row; other columns are left alone. It reads on after a bad row, to
// count them.
func readTable(f table.File, names []string, row func(fields [][]byte) error) error {
	in, err := table.OpenLines(f)
	if err != nil {
		return err
	}
	header, err := in.Header()
	if err != nil {
		return errors.Join(err, in.Close())
	}
	places, err := table.Places(header, names...)
	if err != nil {
		return errors.Join(&table.Fault{File: in.Name, Line: in.Number, Bad: 1, Err: err}, in.Close())
	}
	rows, all := 0, make([][]byte, 0, len(header))
	for line, ok := in.Next(); ok; line, ok = in.Next() {
		rows++
		all = all[:0]
		for rest, more := line, true; more; {
			var field []byte
			field, rest, more = table.Cut(rest, in.Comma)
			all = append(all, bytes.TrimSpace(field))
		}
		if len(all) != len(header) {
			in.Bad(fmt.Errorf("%d fields, but the header has %d", len(all), len(header)))
			continue
		}
		fields := make([][]byte, len(names))
		for i, place := range places {
			fields[i] = all[place]
		}
		if err := row(fields); err != nil {
			in.Bad(err)
		}
	}
	err = in.End()
	if err == nil && rows == 0 {
		err = in.Whole(errors.New("the file has no rows"))
	}
	return errors.Join(err, in.Close())
}

// sinceStart reads an instant after the start.
func sinceStart(column string, text []byte) (kernel.Time, error) {
	ns, err := table.SinceZero(text)
	if err == nil && ns < 0 {
		err = fmt.Errorf("%s is before the start", table.Clip(text))
	}
	return kernel.Time(ns), inColumn(column, err)
}

// inColumn names the column of an error, if there is one.
func inColumn(name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", name, err)
}
