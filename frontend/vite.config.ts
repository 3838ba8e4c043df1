import { defineConfig } from "vite";

export default defineConfig({
  build: {
    outDir: "../custom_components/seam/frontend",
    // The folder may contain files that are not built.
    emptyOutDir: false,
    target: "es2022",
    reportCompressedSize: false,
    lib: { entry: "src/main.ts", formats: ["es"], fileName: () => "seam.js" },
    // By default, libraries keep their spaces.
    rolldownOptions: { output: { minify: true } },
  },
});
