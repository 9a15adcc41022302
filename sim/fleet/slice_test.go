package fleet

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// cutMemory is the memory of each GPU of cut, in bytes.
const cutMemory = 40 << 30

// cut returns a spec with a machine of two GPUs that are cut into slices. It has a deployment for
// every profile, and a last one for a whole GPU.
func cut() *Spec {
	c := &Spec{
		Kinds:    []string{"cpu", "gpu"},
		Types:    []MachineType{{Name: "m", Cores: 100, Memory: 100, GPU: 1, GPUs: 2, GPUMemory: cutMemory, Sliced: true, Max: 1, Interference: 2}},
		Models:   []Model{{Name: "a", QueueLimit: -1}},
		Variants: []Variant{{Name: "a"}},
	}
	for _, s := range Slices() {
		c.Deployments = append(c.Deployments, Deployment{Name: "slice", Kind: 1, MaxBatch: 1, Slots: 1, Need: s.Need(Resources{Cores: 1, Memory: 1}, cutMemory)})
	}
	c.Deployments = append(c.Deployments, Deployment{Name: "whole", Kind: 1, MaxBatch: 1, Slots: 1, Need: Resources{Cores: 1, Memory: 1, GPUShare: WholeGPU, GPUMemory: cutMemory}})
	return c
}

// legal repeats the table as nvidia-smi prints it: starts and size, in the order of Slices.
var legal = []struct {
	starts []int
	size   int
}{{[]int{0, 1, 2, 3, 4, 5, 6}, 1}, {[]int{0, 2, 4, 6}, 2}, {[]int{0, 2, 4}, 2}, {[]int{0, 4}, 4}, {[]int{0}, 4}, {[]int{0}, 8}}

// TestSlicesNeverOverlap runs random placements and removals on a fleet and on a twin, which is an
// array of slots per GPU.
func TestSlicesNeverOverlap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := cut()
		f := New(c)
		on, err := f.Order(0, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		f.Boot(on)
		whole := DeploymentID(len(legal))
		var holder [2][MemorySlots]ReplicaID // replica + 1; 0: free
		var there []ReplicaID
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			if len(there) > 0 && rapid.IntRange(0, 2).Draw(t, "remove") == 0 {
				i := rapid.IntRange(0, len(there)-1).Draw(t, "which")
				f.Lose(there[i], 0)
				for g := range holder {
					for s := range holder[g] {
						if holder[g][s] == there[i]+1 {
							holder[g][s] = 0
						}
					}
				}
				there = slices.Delete(there, i, i+1)
				continue
			}
			d, gpu, start := DeploymentID(rapid.IntRange(0, int(whole)).Draw(t, "deployment")), rapid.IntRange(0, 1).Draw(t, "gpu"), rapid.IntRange(-1, 8).Draw(t, "start")
			size, allowed := MemorySlots, start == 0
			if d < whole {
				size, allowed = legal[d].size, slices.Contains(legal[d].starts, start)
			}
			compute := c.Deployments[d].Need.Slice.Compute
			for _, at := range there {
				if r := f.Replica(at); r.GPU == gpu {
					compute += c.Deployments[r.Deployment].Need.Slice.Compute
				}
			}
			ok := allowed && compute <= ComputeSlices
			for s := start; ok && s < start+size; s++ {
				ok = holder[gpu][s] == 0
			}
			at, err := f.PlaceAt(d, on, gpu, start, 0)
			if (err == nil) != ok {
				t.Fatalf("deployment %d on GPU %d from slot %d: %v, the twin says %v: %v", d, gpu, start, err, ok, holder[gpu])
			}
			if ok {
				there = append(there, at)
				for s := start; s < start+size; s++ {
					holder[gpu][s] = at + 1
				}
			}
		}
	})
}

// pack places profiles, given by their indices in Slices, on one GPU. Each goes to the first or the
// last start with room. It returns the starts, −1 for a profile without room.
func pack(order []int, first bool) (starts []int) {
	kind := MachineType{GPUs: 1, GPUMemory: cutMemory}
	machine := kind.Room()
	for _, p := range order {
		need := Slices()[p].Need(Resources{}, cutMemory)
		start := machine.GPUs[0].LastStart(need.Slice)
		if first {
			start = machine.GPUs[0].FirstStart(need.Slice)
		}
		if !machine.Fits(&need, 0) {
			start = -1
		} else {
			machine.Take(&need, 0, start)
		}
		starts = append(starts, start)
	}
	return starts
}

// TestTheRuleOfStartsDecidesWhatFits: the sums of compute slices and memory slots of all these
// lists would fit.
func TestTheRuleOfStartsDecidesWhatFits(t *testing.T) {
	const one, oneDouble, two, three, four = 0, 1, 2, 3, 4
	for _, c := range []struct {
		name        string
		order       []int
		first, last []int
	}{
		{"1g 1g 3g 2g", []int{one, one, three, two}, []int{0, 1, 4, 2}, []int{6, 5, 0, -1}},
		{"3g 2g 1g 1g", []int{three, two, one, one}, []int{0, 4, 6, -1}, []int{4, 2, 1, 0}},
		{"3g and four 1g", []int{three, one, one, one, one}, []int{0, 4, 5, 6, -1}, []int{4, 3, 2, 1, 0}},
		{"2g 4g 1g", []int{two, four, one}, []int{0, -1, 2}, []int{4, 0, 6}},
		{"1g.10gb 3g 2g", []int{oneDouble, three, two}, []int{0, 4, 2}, []int{6, 0, 4}},
	} {
		if got := pack(c.order, true); !slices.Equal(got, c.first) {
			t.Errorf("%s: first starts %v, want %v", c.name, got, c.first)
		}
		if got := pack(c.order, false); !slices.Equal(got, c.last) {
			t.Errorf("%s: last starts %v, want %v", c.name, got, c.last)
		}
	}
}

// TestCountingIsExactOnAnEmptyGPU goes through all sets of slices. If compute slices and memory
// slots suffice, then the needed shares and memories fit, and all slices find room if the largest
// are placed first, each at its last free start.
func TestCountingIsExactOnAnEmptyGPU(t *testing.T) {
	fit, stuck := 0, 0
	var extend func(order []int, from int)
	extend = func(order []int, from int) {
		compute, slots, share, memory := 0, 0, 0, int64(0)
		for _, p := range order {
			s := Slices()[p]
			need := s.Need(Resources{}, cutMemory)
			compute, slots, share, memory = compute+s.Compute, slots+s.Slots, share+need.GPUShare, memory+need.GPUMemory
		}
		counts := compute <= ComputeSlices && slots <= MemorySlots
		if summed := share <= WholeGPU && memory <= cutMemory; summed != counts {
			t.Errorf("%v: %d slices and %d slots, but a share of %d and %d bytes", order, compute, slots, share, memory)
		}
		if !counts {
			return
		}
		fit++
		if starts := pack(order, false); slices.Contains(starts, -1) {
			t.Errorf("%v: packed to %v", order, starts)
		}
		if slices.Contains(pack(order, true), -1) {
			stuck++
		}
		for p := from; p >= 0; p-- {
			extend(append(slices.Clone(order), p), p)
		}
	}
	extend(nil, len(legal)-1)
	if fit < 30 || stuck == 0 {
		t.Errorf("%d sets fit by counting, %d of them get stuck from the first start: too few to tell", fit, stuck)
	}
}

func TestSlicesHaveTheNamesOfTheirGPU(t *testing.T) {
	for _, c := range []struct {
		name   string
		memory int64
		slots  int
	}{
		{"1g", 40 << 30, 1}, {"1g.5gb", 40 << 30, 1}, {"1g.10gb", 40 << 30, 2}, {"2g.10gb", 40 << 30, 2}, {"3g.20gb", 40 << 30, 4}, {"4g", 40 << 30, 4}, {"7g.40gb", 40 << 30, 8},
		{"1g.10gb", 80 << 30, 1}, {"1g.20gb", 80 << 30, 2}, {"3g.40gb", 81559 << 20, 4}, {"7g.80gb", 80 << 30, 8},
		{"1g.5gb", 80 << 30, 0}, {"5g", 80 << 30, 0}, {"", 80 << 30, 0},
	} {
		if s, ok := FindSlice(c.name, c.memory); s.Slots != c.slots || ok != (c.slots > 0) {
			t.Errorf("%s of %d bytes has %d slots, want %d", c.name, c.memory, s.Slots, c.slots)
		}
	}
}

// TestSlicesDoNotInterfere: two busy slices of one GPU do not slow each other down.
func TestSlicesDoNotInterfere(t *testing.T) {
	f := New(cut())
	on, err := f.Order(0, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	for start := range 2 {
		at, err := f.PlaceAt(0, on, 0, start, 0)
		if err != nil {
			t.Fatal(err)
		}
		f.replicas[at].Busy = 1
		if got := f.Slowdown(at); got != 1 {
			t.Errorf("the slice at slot %d is slowed down %v times", start, got)
		}
	}
}

func TestDevicesThatNobodyHasAreRefused(t *testing.T) {
	for _, c := range []struct {
		want   string
		change func(*Spec, *Deployment)
	}{
		{"", func(*Spec, *Deployment) {}},
		{"are not cut into slices", func(c *Spec, _ *Deployment) { c.Types[0].Sliced = false }},
		{"but its slice has other resources", func(_ *Spec, d *Deployment) { d.Need.GPUShare++ }},
		{"which is cut into slices", func(_ *Spec, d *Deployment) { d.Need.Slice = Slice{} }},
		{"several GPUs are taken whole", func(_ *Spec, d *Deployment) { d.Need.Slice, d.Need.GPUs = Slice{}, 2 }},
		{"several GPUs are taken whole", func(_ *Spec, d *Deployment) { d.Need.GPUs = -1 }},
	} {
		spec := cut()
		c.change(spec, &spec.Deployments[0])
		err := spec.CheckDevices(&spec.Deployments[0])
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
}
