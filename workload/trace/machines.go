package trace

import (
	"errors"
	"fmt"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/workload/table"
)

// mostMachines bounds the machines of a trace.
const mostMachines = 1_000_000

// ReadOutages reads when machines were down: a table with the columns machine, down and up. A
// machine is named by its number among the machines of its type, in the order in which they are
// ordered, from 1. The instants are counted from the start of the run, in seconds or with a unit.
// The rows of a machine are in the order of time and do not overlap.
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

// ReadSupply reads how many machines of a type could be rented: a table with the columns time and
// available. From the instant of a row on there are that many, until the instant of the next row,
// which is later. Instants are as in ReadOutages.
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

// ReadTimeline reads a number over time, such as a price: a table with the columns time and the one
// of the name given. The number of a row holds from its instant on, until the instant of the next
// row, which is later. It is not negative. Instants are as in ReadOutages.
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

// mostOverTime bounds the numbers of a timeline.
const mostOverTime = 1_000_000

// eachRow reads the columns of these names, row by row. It reads on after a bad row, to tell all.
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

// sinceStart reads an instant after the start.
func sinceStart(in *table.Reader, place int) kernel.Time {
	at := kernel.Time(in.SinceZero(place))
	if at < 0 {
		in.Fail(place, fmt.Errorf("%s is before the start", table.Clip(in.Cell(place))))
	}
	return at
}
