package store

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"

	"github.com/parquet-go/parquet-go"
)

// Origin says where the rows of a file come from. Every Parquet file has it as key-value metadata.
type Origin struct {
	Scenario, Hash, Version, Commit string // as in the manifest
	Seed                            uint64
}

// Origin returns the origin of the results.
func (m Manifest) Origin() Origin {
	return Origin{m.Scenario, m.Hash(), m.Version, m.Build.Commit, m.Seed}
}

// pairs returns the key-value metadata of a Parquet file whose columns have these units.
func (o Origin) pairs(units map[string]string) map[string]string {
	text, err := json.Marshal(units) // its keys are sorted
	if err != nil {
		panic(err) // texts always have a JSON form
	}
	return map[string]string{
		"wavetank.scenario": o.Scenario, "wavetank.hash": o.Hash, "wavetank.version": o.Version, "wavetank.commit": o.Commit,
		"wavetank.seed": strconv.FormatUint(o.Seed, 10), "wavetank.units": string(text),
	}
}

// units returns the unit of each column of records of type T that has the tag unit. "column unit"
// means that the column unit names it, row by row.
func units[T any]() map[string]string {
	list := map[string]string{}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[T]()) {
		if unit, ok := f.Tag.Lookup("unit"); ok {
			name, _, _ := strings.Cut(f.Tag.Get("parquet"), ",")
			list[name] = unit
		}
	}
	return list
}

// columnsOf returns the names of the columns of records of type T.
func columnsOf[T any]() (names []string) {
	var zero T
	for _, f := range parquet.SchemaOf(zero).Fields() {
		names = append(names, f.Name())
	}
	return names
}
