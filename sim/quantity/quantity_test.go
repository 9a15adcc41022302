package quantity

import (
	"encoding"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestQuantitiesAreRead(t *testing.T) {
	for _, c := range []struct {
		into encoding.TextUnmarshaler
		text string
		want any
	}{
		{new(Duration), "250ms", Duration(250 * time.Millisecond)},
		{new(Duration), "1h30m", Duration(90 * time.Minute)},
		{new(Duration), "2d", Duration(48 * time.Hour)},
		{new(Rate), "400/s", Rate(400)},
		{new(Rate), "90/min", Rate(1.5)},
		{new(Rate), "7200 /h", Rate(2)},
		{new(Rate), "1e3/s", Rate(1000)},
		{new(Bytes), "24GiB", Bytes(24 << 30)},
		{new(Bytes), "440MB", Bytes(440e6)},
		{new(Bytes), "1.5kB", Bytes(1500)},
		{new(Price), "3.06$/h", Price(3.06)},
		{new(Power), "1.2kW", Power(1200)},
		{new(Bandwidth), "2GB/s", Bandwidth(2e9)},
		{new(Bandwidth), "25Gb/s", Bandwidth(25e9 / 8)},
		{new(Factor), "3x", Factor(3)},
		{new(Factor), "2.5", Factor(2.5)},
		{new(Percent), "30 %", Percent(30)},
		{new(Percent), "12.5%", Percent(12.5)},
	} {
		if err := c.into.UnmarshalText([]byte(c.text)); err != nil {
			t.Errorf("%q: %v", c.text, err)
		} else if got := value(c.into); got != c.want {
			t.Errorf("%q is read as %v, want %v", c.text, got, c.want)
		}
	}
}

// value returns what a pointer to a quantity points to.
func value(p encoding.TextUnmarshaler) any {
	switch p := p.(type) {
	case *Duration:
		return *p
	case *Rate:
		return *p
	case *Bytes:
		return *p
	case *Price:
		return *p
	case *Power:
		return *p
	case *Bandwidth:
		return *p
	case *Factor:
		return *p
	case *Percent:
		return *p
	}
	return nil
}

func TestBareAndWrongUnitsAreRefused(t *testing.T) {
	for _, text := range []string{"", "5", "ms", "5 parsecs", "-", "1e400/s", "NaN/s", "5/s/s", "ten/s", "1 2/s", "0x10ms"} {
		for _, into := range []encoding.TextUnmarshaler{new(Duration), new(Rate), new(Bytes), new(Price), new(Power), new(Bandwidth), new(Percent)} {
			if err := into.UnmarshalText([]byte(text)); err == nil {
				t.Errorf("%q is accepted as %v", text, value(into))
			} else if !strings.Contains(err.Error(), "such as") && !strings.Contains(err.Error(), "write it as") {
				t.Errorf("%q: the error %q gives no example", text, err)
			}
		}
	}
}

// TestWhatIsWrittenReadsTheSame holds String and UnmarshalText against each other.
func TestWhatIsWrittenReadsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		same := func(written string, into encoding.TextUnmarshaler, want any) {
			if err := into.UnmarshalText([]byte(written)); err != nil || value(into) != want {
				t.Fatalf("%v is written %q and read %v (%v)", want, written, value(into), err)
			}
		}
		d := Duration(rapid.Int64Range(0, 1<<53).Draw(t, "duration"))
		same(d.String(), new(Duration), d)
		b := Bytes(rapid.Int64Range(0, 1<<53).Draw(t, "bytes"))
		same(b.String(), new(Bytes), b)
		x := rapid.Float64Range(0, 1e12).Draw(t, "number")
		same(Rate(x).String(), new(Rate), Rate(x))
		same(Price(x).String(), new(Price), Price(x))
		same(Power(x).String(), new(Power), Power(x))
		same(Factor(x).String(), new(Factor), Factor(x))
		same(Percent(x).String(), new(Percent), Percent(x))
	})
}
