"""The pages of the console, made on the server: without JavaScript too, where no key is needed."""
