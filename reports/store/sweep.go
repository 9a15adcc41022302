package store

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"wavetank/metrics/rows"

	"github.com/parquet-go/parquet-go"
)

// SweepDesign says how the settings of a sweep were made. It is part of the manifest.
type SweepDesign struct {
	Varied []string `json:"varied"` // the paths that take several values

	// Sample is such as "latin/100" or "pair". It is empty for every combination.
	Sample   string         `json:"sample,omitempty"`
	Settings []SweepSetting `json:"settings"`

	// Source is the scenario file as it was written. Set lists the changes that all settings share,
	// as path=value. Selected lists the policies that were asked for by name, if any.
	Source   string   `json:"source"`
	Set      []string `json:"set,omitempty"`
	Selected []string `json:"selected,omitempty"`
}

// effect returns the part of the design on which the results depend.
func (s *SweepDesign) effect() *SweepDesign {
	if s == nil {
		return nil
	}
	return &SweepDesign{Varied: s.Varied, Sample: s.Sample, Settings: s.Settings}
}

// SweepSetting is one setting of a sweep: the values of the varied paths, and what follows.
type SweepSetting struct {
	Values []string `json:"values"`

	// Scenario is a digest of the scenario with these values, as in a ledger.
	Scenario     string           `json:"scenario"`
	Policies     []string         `json:"policies"`
	Replications int              `json:"replications"`
	Objectives   []rows.Objective `json:"objectives"`
	Clairvoyant  []string         `json:"clairvoyant,omitempty"`
}

// SettingRows holds the results of one setting of a sweep.
type SettingRows struct {
	Rows   []rows.Row
	Pooled []rows.Pooled
}

// sweepFiles lists the files of measured data of a sweep, in the order in which they are written.
var sweepFiles = []dataFile{
	{csvFile, encodeSweepCSV, nil},
	sweptFile(rowsFile, func(s *SettingRows) *[]rows.Row { return &s.Rows }, recordOf, record.row),
	sweptFile(pooledFile, func(s *SettingRows) *[]rows.Pooled { return &s.Pooled }, togetherOf, together.pooled),
}

// sweptFile returns a Parquet file of one part of the results of all settings. Its first columns
// are the number of the setting, from 1, and the values of the varied paths.
func sweptFile[R, T any](name string, part func(*SettingRows) *[]R, convert func(R) T, back func(T) R) dataFile {
	return dataFile{
		name:   name,
		encode: func(r *Archive) ([]byte, error) { return encodeSwept(r, part, convert) },
		decode: func(data []byte, into *Archive) error { return decodeSwept(data, into, part, back) },
	}
}

// encodeSweepCSV writes the rows of all settings with a header. Values are written as encodeCSV
// writes them.
func encodeSweepCSV(r *Archive) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	sweep := r.Manifest.Sweep
	line := slices.Concat([]string{"scenario", "setting"}, sweep.Varied, []string{"policy", "replication", "scope", "metric", "unit", "value"})
	if err := w.Write(line); err != nil {
		return nil, err
	}
	n := 2 + len(sweep.Varied)
	for i, s := range r.Settings {
		line[1] = strconv.Itoa(i + 1)
		copy(line[2:], sweep.Settings[i].Values)
		for _, row := range s.Rows {
			line[0], line[n], line[n+1] = row.Scenario, row.Policy, strconv.Itoa(row.Replication)
			line[n+2], line[n+3], line[n+4] = row.Scope, row.Metric, row.Unit
			line[n+5] = strconv.FormatFloat(row.Value, 'g', -1, 64)
			if err := w.Write(line); err != nil {
				return nil, err
			}
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// Numeric reports whether all values of the i-th varied path are plain numbers. Its column in
// Parquet files then holds numbers, not texts.
func (s *SweepDesign) Numeric(i int) bool {
	return !slices.ContainsFunc(s.Settings, func(one SweepSetting) bool {
		_, err := strconv.ParseFloat(one.Values[i], 64)
		return err != nil
	})
}

// inTags replaces what a tag of a field cannot hold.
var inTags = strings.NewReplacer(",", ";", `"`, "'", "`", "'")

// sweptType returns the type of a row of a Parquet file: the setting, the varied values, and the
// fields of T.
func sweptType[T any](s *SweepDesign) reflect.Type {
	fields := []reflect.StructField{{Name: "Setting", Type: reflect.TypeFor[int64](), Tag: `parquet:"setting"`}}
	for i, path := range s.Varied {
		kind, tag := reflect.TypeFor[string](), ",dict"
		if s.Numeric(i) {
			kind, tag = reflect.TypeFor[float64](), ""
		}
		name := inTags.Replace(path)
		fields = append(fields, reflect.StructField{Name: fmt.Sprint("V", i), Type: kind, Tag: reflect.StructTag(fmt.Sprintf("parquet:%q", name+tag))})
	}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[T]()) {
		if !f.Anonymous {
			fields = append(fields, reflect.StructField{Name: f.Name, Type: f.Type, Tag: f.Tag})
		}
	}
	return reflect.StructOf(fields)
}

func encodeSwept[R, T any](r *Archive, part func(*SettingRows) *[]R, convert func(R) T) ([]byte, error) {
	sweep := r.Manifest.Sweep
	row := reflect.New(sweptType[T](sweep)).Elem()
	schema := parquet.SchemaOf(row.Addr().Interface())
	var b bytes.Buffer
	w := parquet.NewGenericWriter[any](&b, append(writing[T](r.Manifest.Origin()), schema)...)
	visible := slices.DeleteFunc(reflect.VisibleFields(reflect.TypeFor[T]()), func(f reflect.StructField) bool { return f.Anonymous })
	cells := make([]parquet.Row, 1)
	for i := range r.Settings {
		row.Field(0).SetInt(int64(i + 1))
		for v, text := range sweep.Settings[i].Values {
			if f := row.Field(1 + v); f.Kind() == reflect.String {
				f.SetString(text)
			} else {
				number, _ := strconv.ParseFloat(text, 64) // Numeric
				f.SetFloat(number)
			}
		}
		for _, one := range *part(&r.Settings[i]) {
			value := reflect.ValueOf(convert(one))
			for f := range visible {
				row.Field(1 + len(sweep.Varied) + f).Set(value.FieldByIndex(visible[f].Index))
			}
			cells[0] = schema.Deconstruct(cells[0][:0], row.Addr().Interface())
			if _, err := w.WriteRows(cells); err != nil {
				return nil, err
			}
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// swept is a row of a Parquet file of a sweep, without the columns of the varied paths.
type swept[T any] struct {
	setting int64
	row     T
}

// decodeSwept reads rows of a Parquet file into the settings that they belong to.
func decodeSwept[R, T any](data []byte, into *Archive, part func(*SettingRows) *[]R, back func(T) R) (err error) {
	sweep := into.Manifest.Sweep
	if sweep == nil {
		return errors.New("the manifest is not that of a sweep")
	}
	if into.Settings == nil {
		into.Settings = make([]SettingRows, len(sweep.Settings))
	}
	defer func() { // parquet-go panics on some damaged files
		if fault := recover(); fault != nil {
			err = fmt.Errorf("damaged: %v", fault)
		}
	}()
	list, err := readSwept[T](data, sweep)
	if err != nil {
		return err
	}
	for _, s := range list {
		if s.setting < 1 || s.setting > int64(len(into.Settings)) {
			return fmt.Errorf("damaged: there is no setting %d", s.setting)
		}
		rows := part(&into.Settings[s.setting-1])
		*rows = append(*rows, back(s.row))
	}
	return nil
}

func readSwept[T any](data []byte, sweep *SweepDesign) (list []swept[T], err error) {
	file, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("not a Parquet file, or damaged: %w", err)
	}
	row := reflect.New(sweptType[T](sweep)).Elem()
	schema := parquet.SchemaOf(row.Addr().Interface())
	if got, want := typesOf(file.Schema()), typesOf(schema); !slices.Equal(got, want) {
		return nil, fmt.Errorf("columns %v; want %v", got, want)
	}
	visible := slices.DeleteFunc(reflect.VisibleFields(reflect.TypeFor[T]()), func(f reflect.StructField) bool { return f.Anonymous })
	r := parquet.NewReader(file, schema)
	for n := int64(0); ; n++ {
		row.SetZero()
		if err := r.Read(row.Addr().Interface()); err == io.EOF {
			if n != file.NumRows() {
				return nil, fmt.Errorf("damaged: %d of %d rows", n, file.NumRows())
			}
			return list, r.Close()
		} else if err != nil {
			return nil, fmt.Errorf("damaged: %w", err)
		}
		one := swept[T]{setting: row.Field(0).Int()}
		for f := range visible {
			reflect.ValueOf(&one.row).Elem().FieldByIndex(visible[f].Index).Set(row.Field(1 + len(sweep.Varied) + f))
		}
		list = append(list, one)
	}
}
