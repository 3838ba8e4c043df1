import { defineConfig } from "vite";

export default defineConfig({
  build: {
    outDir: "../custom_components/seam/frontend",
    // It is outside this folder, so Vite would keep languages that were removed.
    emptyOutDir: true,
    target: "es2022",
    reportCompressedSize: false,
    lib: { entry: "src/main.ts", formats: ["es"], fileName: () => "seam.js" },
    // By default, libraries keep their spaces.
    rolldownOptions: {
      output: { minify: true, chunkFileNames: "language/[name].js" },
    },
  },
  // Texts are parsed faster as strings.
  json: { namedExports: false, stringify: true },
});
