"""The page of a worked example: `document` puts it together, `layout` and `svg` draw the network, `steps` says what is
computed and why; page.css and page.js are its style and its script."""
