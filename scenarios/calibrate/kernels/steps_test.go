package kernels

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"wavetank/scenarios/calibrate/calibratetest"
)

func TestKernelsGiveTheirModelBack(t *testing.T) {
	dense, attention, sequence := "layer,tokens,time_us\n", "prefill_chunk,kv_prefill,n_decode,kv_decode,time_us\n", "layer,sequences,time_us\n"
	line := func(v ...float64) string {
		var b strings.Builder
		for i, x := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(strconv.FormatFloat(x, 'g', -1, 64))
		}
		return b.String() + "\n"
	}
	for _, n := range []float64{1, 8, 64, 128, 256, 512, 1024} {
		dense += "mlp," + line(n, max(100, 10+0.5*n))
		sequence += "head," + line(min(n, 64), 50+2*min(n, 64))
		for _, before := range []float64{0, 512, 2048} {
			attention += line(n, before, 0, 0, 5+0.01*n+1e-4*n*(before+n/2))
			attention += line(0, 0, min(n, 64), 16+before, 5+0.1*min(n, 64)+2e-3*min(n, 64)*(16+before))
		}
	}
	c := calibratetest.Engine(t)
	c.Blocks = 100_000
	timer, err := KernelTables{Dense: calibratetest.Read(t, dense), Attention: calibratetest.Read(t, attention), Sequence: calibratetest.Read(t, sequence), Layers: 10}.StepTimer()
	if err != nil {
		t.Fatal(err)
	}
	f, err := Fit(timer, &c, MeanLengths{512, 256})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range f.Groups {
		if n, off := p.MeanError(true); off > 0.03 || n == 0 {
			t.Errorf("%s is off by %.1f %% in %d steps", p.Name, 100*off, n)
		}
	}
	got, err := f.StepTime()
	if err != nil {
		t.Fatal(err)
	}
	o := got.Overhead.Coefficients()
	for name, pair := range map[string][2]float64{
		"attention": {o.Attention, 10 * 1e-4 * 1e-6}, "context": {o.Context, 10 * 2e-3 * 1e-6}, "compute": {got.Compute.Coefficients().Prefill, 10 * 0.51e-6},
		"what a step takes at least": {got.Memory.Coefficients().Constant, 10*105e-6 + 50e-6},
	} {
		if math.Abs(pair[0]/pair[1]-1) > 0.05 {
			t.Errorf("%s is %v, made with %v", name, pair[0], pair[1])
		}
	}
	for i, v := range f.Values {
		if v < f.Low[i] || v > f.High[i] {
			t.Errorf("%s is %v, outside of its interval, %v to %v", f.Parameters[i].Name, v, f.Low[i], f.High[i])
		}
	}
}
