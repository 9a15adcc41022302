package commands

import (
	"fmt"
	"strings"

	"wavetank/reports/tables"
	"wavetank/scenarios/builtin"
	"wavetank/sim/quantity"
)

func listMachines() (tables.Data, error) {
	d := tables.Data{Title: "Machines", Columns: tables.ColumnsOf("machine", "Machine", "region", "Region", "cores", "Cores", "memory_bytes", "Memory", "gpus", "GPUs",
		"gpu", "", "gpu_memory_bytes", "", "mig", "", "price_per_hour", "Price", "spot_price_per_hour", "", "reserved_price_per_hour", "",
		"idle_watts", "Power", "peak_watts", "", "source", "", "date", "Date")}
	machines, err := builtin.Machines()
	if err != nil {
		return d, err
	}
	for _, m := range machines {
		gpus := "no GPU"
		if m.GPUs > 0 {
			gpus = fmt.Sprintf("%d × %s %v", m.GPUs, m.GPU, m.GPUMemory)
		}
		if m.MIG {
			gpus += ", MIG"
		}
		d.Add(m.Name, m.Region, tables.Shown{Value: m.Cores, Text: fmt.Sprintf("%d cores", m.Cores)}, tables.Shown{Value: int64(m.Memory), Text: m.Memory.String()},
			tables.Shown{Value: m.GPUs, Text: gpus}, m.GPU, int64(m.GPUMemory), m.MIG,
			tables.Shown{Value: float64(m.Price), Text: prices(m)}, known(m.SpotPrice), known(m.ReservedPrice),
			tables.Shown{Value: float64(m.IdleWatts), Text: fmt.Sprintf("%v to %v", m.IdleWatts, m.PeakWatts)}, float64(m.PeakWatts), m.Source, m.Date)
	}
	return d, nil
}

// prices writes the prices of a machine that are known: on demand, spot, and reserved for a year.
func prices(m builtin.Machine) string {
	text := m.Price.String()
	if m.SpotPrice > 0 {
		text += ", spot " + m.SpotPrice.String()
	}
	if m.ReservedPrice > 0 {
		text += ", reserved " + m.ReservedPrice.String()
	}
	return text
}

// known returns a price, or nothing if it is not known.
func known(price quantity.Price) any {
	if price == 0 {
		return nil
	}
	return float64(price)
}

func listModels() (tables.Data, error) {
	d := tables.Data{Title: "Models", Columns: tables.ColumnsOf("model", "Model", "variant", "Variant", "accuracy", "Accuracy", "measure", "",
		"weights_bytes", "Weights", "devices", "Devices", "measured", "", "kernels", "", "derived", "", "source", "", "date", "")}
	models, err := builtin.Models()
	if err != nil {
		return d, err
	}
	for _, m := range models {
		for _, v := range m.Variants {
			var devices, parts []string
			on := map[builtin.Basis][]string{}
			for _, p := range v.Devices {
				basis, err := p.RestsOn(nil)
				if err != nil {
					return d, err
				}
				name := p.Device + p.Suffix()
				devices, on[basis] = append(devices, name), append(on[basis], name)
			}
			for _, basis := range []builtin.Basis{builtin.Measured, builtin.Kernels, builtin.Derived} {
				if len(on[basis]) > 0 {
					parts = append(parts, string(basis)+" on "+strings.Join(on[basis], " "))
				}
			}
			d.Add(m.Name, v.Name, tables.Shown{Value: float64(v.Accuracy), Text: fmt.Sprintf("%.2f %% %s", v.Accuracy, m.Measure)}, m.Measure,
				tables.Shown{Value: int64(v.Weights), Text: v.Weights.String()}, tables.Shown{Value: strings.Join(devices, " "), Text: strings.Join(parts, "; ")},
				strings.Join(on[builtin.Measured], " "), strings.Join(on[builtin.Kernels], " "), strings.Join(on[builtin.Derived], " "), m.Source, m.Date)
		}
	}
	return d, nil
}

// listStepTimes lists the shipped files, and the profiles of the catalogue that have a roofline
// instead.
func listStepTimes() (tables.Data, error) {
	d := tables.Data{Title: "Step-time models", Columns: tables.ColumnsOf("name", "Name", "model", "Model", "gpus", "GPUs", "gpu", "", "basis", "Basis", "source", "Source", "date", "")}
	add := func(name, model string, gpus int, gpu string, basis builtin.Basis, source, date string) {
		d.Add(name, model, tables.Shown{Value: gpus, Text: fmt.Sprintf("%d × %s", gpus, gpu)}, gpu, string(basis), source, date)
	}
	files, err := builtin.StepTimes()
	if err != nil {
		return d, err
	}
	for _, f := range files {
		add(f.Name, f.Model, f.GPUs, f.GPU, f.Basis, f.Source, f.Date)
	}
	models, err := builtin.Models()
	if err != nil {
		return d, err
	}
	for _, m := range models {
		for _, v := range m.Variants {
			for _, p := range v.Devices {
				if p.Tokens != nil && p.Tokens.StepTime.Roofline != nil {
					add("roofline", v.Name, max(1, p.GPUs), p.Device, builtin.Derived, "data sheet of the GPU", builtin.SheetsDate)
				}
			}
		}
	}
	return d, nil
}
