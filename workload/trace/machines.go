package trace

import (
	"errors"
	"fmt"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/workload/table"
)

// mostMachines is the upper limit on the machines of a trace.
const mostMachines = 1_000_000

// ReadOutages reads when machines were down, from a table with the columns machine, down and up.
// Column machine is the number of a machine among those of its type, from 1, in the order in which
// they are ordered. Instants count from the start of the run, in seconds or with a unit. The rows
// of a machine must be in the order of time and must not overlap.
func ReadOutages(f table.File) (outages [][]fleet.Outage, err error) {
	err = eachRow(f, []string{"machine", "down", "up"}, func(in *table.Reader, at []int) {
		n, down, up := in.Count(at[0]), sinceStart(in, at[1]), sinceStart(in, at[2])
		if in.Good() && (n < 1 || n > mostMachines) {
			in.Fail(at[0], fmt.Errorf("%d is outside 1 to %d", n, mostMachines))
		}
		if in.Good() && up <= down {
			in.Fail(at[2], fmt.Errorf("%v is not after down, %v", up, down))
		}
		if !in.Good() {
			return
		}
		for len(outages) < int(n) {
			outages = append(outages, nil)
		}
		list := &outages[n-1]
		if last := len(*list) - 1; last >= 0 && down < (*list)[last].Up {
			in.Fail(at[1], fmt.Errorf("%v is before machine %d is up again, at %v", down, n, (*list)[last].Up))
			return
		}
		*list = append(*list, fleet.Outage{Down: down, Up: up})
	})
	return outages, err
}

// ReadSupply reads how many machines of a type could be rented, from a table with the columns time
// and available. The number of a row holds from its instant until that of the next row. Instants
// must ascend. They are written as in ReadOutages.
func ReadSupply(f table.File) (supply []fleet.Supply, err error) {
	err = eachRow(f, []string{"time", "available"}, func(in *table.Reader, at []int) {
		from, n := sinceStart(in, at[0]), in.Count(at[1])
		if last := len(supply) - 1; in.Good() && last >= 0 && from <= supply[last].From {
			in.Fail(at[0], fmt.Errorf("%v is not after the row before, %v", from, supply[last].From))
		}
		if in.Good() {
			supply = append(supply, fleet.Supply{From: from, Machines: int(n)})
		}
	})
	return supply, err
}

// ReadTimeline reads a number over time, such as a price, from a table with the column time and the
// given column. The number of a row holds from its instant until that of the next row. Instants
// must ascend, and numbers must not be negative. Instants are written as in ReadOutages.
func ReadTimeline(f table.File, column string) (line fleet.Timeline, err error) {
	err = eachRow(f, []string{"time", column}, func(in *table.Reader, at []int) {
		from, value := sinceStart(in, at[0]), in.Number(at[1])
		if in.Good() && !(value >= 0 && value <= mostOverTime) {
			in.Fail(at[1], fmt.Errorf("%v is outside 0 to %d", value, mostOverTime))
		}
		if last := len(line) - 1; in.Good() && last >= 0 && from <= line[last].From {
			in.Fail(at[0], fmt.Errorf("%v is not after the row before, %v", from, line[last].From))
		}
		if in.Good() {
			line = append(line, fleet.TimelinePoint{From: from, Value: value})
		}
	})
	return line, err
}

// mostOverTime is the upper limit on the numbers of a timeline.
const mostOverTime = 1_000_000

// eachRow calls row for each row of a file, with the places of the named columns. It reads on after
// a bad row, so that it finds all bad rows.
func eachRow(f table.File, names []string, row func(in *table.Reader, at []int)) error {
	in, err := table.Open(f)
	if err != nil {
		return err
	}
	at, err := in.Need(names...)
	if err != nil {
		return errors.Join(err, in.Close())
	}
	for in.Next() {
		row(in, at)
	}
	return errors.Join(in.End(), in.Close())
}

// sinceStart reads an instant that must not be before the start of the run.
func sinceStart(in *table.Reader, place int) kernel.Time {
	at := kernel.Time(in.SinceZero(place))
	if at < 0 {
		in.Fail(place, fmt.Errorf("%s is before the start", table.Clip(in.Cell(place))))
	}
	return at
}
