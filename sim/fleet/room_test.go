package fleet

import "testing"

func TestReplicasPerMachineAreCounted(t *testing.T) {
	box := MachineType{Cores: 8, Memory: 64, GPUs: 2, GPUMemory: 10}
	for _, c := range []struct {
		need Resources
		want int
	}{
		{Resources{Cores: 3}, 2},
		{Resources{Cores: 1, GPUShare: 400, GPUMemory: 4}, 4},
		{Resources{Cores: 1, GPUShare: 400, GPUMemory: 6}, 2},
		{Resources{Cores: 1, GPUShare: WholeGPU, GPUs: 2}, 1},
		{Resources{Cores: 9}, 0},
	} {
		if got := box.MostReplicas(&c.need); got != c.want {
			t.Errorf("%+v fits %d times, want %d", c.need, got, c.want)
		}
	}
	if large, small := (Resources{Cores: 7}), (Resources{Cores: 2}); box.HoldsBoth(&large, &small) || !box.HoldsBoth(&small, &small) {
		t.Error("HoldsBoth is wrong: 7 and 2 cores do not fit on 8, but 2 and 2 do")
	}
}
