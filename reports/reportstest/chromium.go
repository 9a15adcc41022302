package reportstest

import (
	"os"
	"os/exec"

	"github.com/chromedp/chromedp"
)

// NoChromium is why a test is skipped where no browser is installed.
const NoChromium = "no Chromium is installed (Debian: apt-get install chromium): the page is not tested in a browser"

// Chromium returns the options with which tests start the installed browser. found is false if
// there is none.
func Chromium() (options []chromedp.ExecAllocatorOption, found bool) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		options = append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path))
		if os.Geteuid() == 0 {
			options = append(options, chromedp.NoSandbox)
		}
		return options, true
	}
	return nil, false
}
