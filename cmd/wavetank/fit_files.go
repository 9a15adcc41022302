package main

import (
	"errors"
	"fmt"

	"wavetank/reports"
)

// check reports flags that no fit can have, before any work is done.
func (o *lawOptions) check() error {
	var faults []error
	for _, f := range []struct {
		name  string
		value float64
	}{{"hold-every", float64(o.every)}, {"fit-first", float64(o.first)}, {"in-flight", float64(o.limit)}, {"prior", o.prior},
		{"spread", o.load.Spread}, {"requests", float64(o.load.Requests)}, {"waves", float64(o.load.Waves)}} {
		if !(f.value >= 0) {
			faults = append(faults, fmt.Errorf("--%s: %v is negative", f.name, f.value))
		}
	}
	if o.load.Spread >= 1 {
		faults = append(faults, fmt.Errorf("--spread: %v is a share of the mean, below 1", o.load.Spread))
	}
	if o.every == 1 {
		faults = append(faults, errors.New("--hold-every: 1 would keep every row from the fit"))
	}
	if o.prior > 0 && o.start == "" {
		faults = append(faults, errors.New("--prior pulls to the law of --start, which is not given"))
	}
	if o.law.Name == "" || o.law.GPUs < 1 {
		faults = append(faults, fmt.Errorf("--name %q, --gpus %d: a law has a name and at least one GPU", o.law.Name, o.law.GPUs))
	}
	if o.compare && o.out != "" {
		faults = append(faults, errors.New("--out: with --compare no law is fitted that could be written"))
	}
	return errors.Join(append(faults, checkFolder(o.out), checkFigure(o.figure))...)
}

// files writes the law file and the picture that are asked for, once both are made.
func (o *lawOptions) files(rows, title, said string, list []reports.Compared) error {
	var law, picture []byte
	var err error
	if o.law.Rows = rows; o.out != "" {
		if law, err = o.law.Text(); err != nil {
			return err
		}
	}
	if o.figure != "" {
		if picture, err = reports.ComparisonFigure(title, said, list, pictureFormat(o.figure)); err != nil {
			return input(fmt.Errorf("--figure %s: %w", o.figure, err))
		}
	}
	for path, text := range map[string][]byte{o.out: law, o.figure: picture} {
		if path != "" && err == nil {
			err = reports.WriteWhole(path, text)
		}
	}
	return err
}
