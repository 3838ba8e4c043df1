var e=`M11,15H13V17H11V15M11,7H13V13H11V7M12,2C6.47,2 2,6.5 2,12A10,10 0 0,0 12,22A10,10 0 0,0 22,12A10,10 0 0,0 12,2M12,20A8,8 0 0,1 4,12A8,8 0 0,1 12,4A8,8 0 0,1 20,12A8,8 0 0,1 12,20Z`,t=`M12,2L1,21H23M12,6L19.53,19H4.47M11,10V14H13V10M11,16V18H13V16`,n=`M12 2C6.5 2 2 6.5 2 12S6.5 22 12 22 22 17.5 22 12 17.5 2 12 2M12 20C7.59 20 4 16.41 4 12S7.59 4 12 4 20 7.59 20 12 16.41 20 12 20M16.59 7.58L10 14.17L7.41 11.59L6 13L10 17L18 9L16.59 7.58Z`,r=`M23 12L20.6 9.2L20.9 5.5L17.3 4.7L15.4 1.5L12 3L8.6 1.5L6.7 4.7L3.1 5.5L3.4 9.2L1 12L3.4 14.8L3.1 18.5L6.7 19.3L8.6 22.5L12 21L15.4 22.5L17.3 19.3L20.9 18.5L20.6 14.8L23 12M18.7 16.9L16 17.5L14.6 19.9L12 18.8L9.4 19.9L8 17.5L5.3 16.9L5.5 14.1L3.7 12L5.5 9.9L5.3 7.1L8 6.5L9.4 4.1L12 5.2L14.6 4.1L16 6.5L18.7 7.1L18.5 9.9L20.3 12L18.5 14.1L18.7 16.9M16.6 7.6L18 9L10 17L6 13L7.4 11.6L10 14.2L16.6 7.6Z`,i=`M7.41,8.58L12,13.17L16.59,8.58L18,10L12,16L6,10L7.41,8.58Z`,a=`M8.59,16.58L13.17,12L8.59,7.41L10,6L16,12L10,18L8.59,16.58Z`,o=`M19,21H8V7H19M19,5H8A2,2 0 0,0 6,7V21A2,2 0 0,0 8,23H19A2,2 0 0,0 21,21V7A2,2 0 0,0 19,5M16,1H4A2,2 0 0,0 2,3V17H4V3H16V1Z`,s=`M6,19A2,2 0 0,0 8,21H16A2,2 0 0,0 18,19V7H6V19M8,9H16V19H8V9M15.5,4L14.5,3H9.5L8.5,4H5V6H19V4H15.5Z`,c=`M12,9A3,3 0 0,1 15,12A3,3 0 0,1 12,15A3,3 0 0,1 9,12A3,3 0 0,1 12,9M12,4.5C17,4.5 21.27,7.61 23,12C21.27,16.39 17,19.5 12,19.5C7,19.5 2.73,16.39 1,12C2.73,7.61 7,4.5 12,4.5M3.18,12C4.83,15.36 8.24,17.5 12,17.5C15.76,17.5 19.17,15.36 20.82,12C19.17,8.64 15.76,6.5 12,6.5C8.24,6.5 4.83,8.64 3.18,12Z`,l=`M11,18H13V16H11V18M12,2A10,10 0 0,0 2,12A10,10 0 0,0 12,22A10,10 0 0,0 22,12A10,10 0 0,0 12,2M12,20C7.59,20 4,16.41 4,12C4,7.59 7.59,4 12,4C16.41,4 20,7.59 20,12C20,16.41 16.41,20 12,20M12,6A4,4 0 0,0 8,10H10A2,2 0 0,1 12,8A2,2 0 0,1 14,10C14,12 11,11.75 11,15H13C13,12.75 16,12.5 16,10A4,4 0 0,0 12,6Z`,u=`M12,17A2,2 0 0,0 14,15C14,13.89 13.1,13 12,13A2,2 0 0,0 10,15A2,2 0 0,0 12,17M18,8A2,2 0 0,1 20,10V20A2,2 0 0,1 18,22H6A2,2 0 0,1 4,20V10C4,8.89 4.9,8 6,8H7V6A5,5 0 0,1 12,1A5,5 0 0,1 17,6V8H18M12,3A3,3 0 0,0 9,6V8H15V6A3,3 0 0,0 12,3Z`,d=`M10 17C11.1 17 12 16.1 12 15C12 13.9 11.1 13 10 13C8.9 13 8 13.9 8 15S8.9 17 10 17M16 8C17.1 8 18 8.9 18 10V20C18 21.1 17.1 22 16 22H4C2.9 22 2 21.1 2 20V10C2 8.9 2.9 8 4 8H5V6C5 3.2 7.2 1 10 1S15 3.2 15 6V8H16M10 3C8.3 3 7 4.3 7 6V8H13V6C13 4.3 11.7 3 10 3M22 13H20V7H22V13M22 17H20V15H22V17Z`,f=`M18 1C15.24 1 13 3.24 13 6V8H4C2.9 8 2 8.89 2 10V20C2 21.11 2.9 22 4 22H16C17.11 22 18 21.11 18 20V10C18 8.9 17.11 8 16 8H15V6C15 4.34 16.34 3 18 3C19.66 3 21 4.34 21 6V8H23V6C23 3.24 20.76 1 18 1M10 13C11.1 13 12 13.89 12 15C12 16.11 11.11 17 10 17C8.9 17 8 16.11 8 15C8 13.9 8.9 13 10 13Z`,p=`M19,13H13V19H11V13H5V11H11V5H13V11H19V13Z`,m=`M2.28,3L1,4.27L2.47,5.74C2.04,6 1.61,6.29 1.2,6.6L3,9C3.53,8.6 4.08,8.25 4.66,7.93L6.89,10.16C6.15,10.5 5.44,10.91 4.8,11.4L6.6,13.8C7.38,13.22 8.26,12.77 9.2,12.47L11.75,15C10.5,15.07 9.34,15.5 8.4,16.2L12,21L14.46,17.73L17.74,21L19,19.72M12,3C9.85,3 7.8,3.38 5.9,4.07L8.29,6.47C9.5,6.16 10.72,6 12,6C15.38,6 18.5,7.11 21,9L22.8,6.6C19.79,4.34 16.06,3 12,3M12,9C11.62,9 11.25,9 10.88,9.05L14.07,12.25C15.29,12.53 16.43,13.07 17.4,13.8L19.2,11.4C17.2,9.89 14.7,9 12,9Z`,h=globalThis,g=h.ShadowRoot&&(h.ShadyCSS===void 0||h.ShadyCSS.nativeShadow)&&`adoptedStyleSheets`in Document.prototype&&`replace`in CSSStyleSheet.prototype,_=Symbol(),ee=/* @__PURE__ */ new WeakMap,te=class{constructor(e,t,n){if(this._$cssResult$=!0,n!==_)throw Error("CSSResult is not constructable. Use `unsafeCSS` or `css` instead.");this.cssText=e,this.t=t}get styleSheet(){let e=this.o,t=this.t;if(g&&e===void 0){let n=t!==void 0&&t.length===1;n&&(e=ee.get(t)),e===void 0&&((this.o=e=new CSSStyleSheet).replaceSync(this.cssText),n&&ee.set(t,e))}return e}toString(){return this.cssText}},ne=e=>new te(typeof e==`string`?e:e+``,void 0,_),v=(e,...t)=>new te(e.length===1?e[0]:t.reduce((t,n,r)=>t+(e=>{if(!0===e._$cssResult$)return e.cssText;if(typeof e==`number`)return e;throw Error(`Value passed to 'css' function must be a 'css' function result: `+e+`. Use 'unsafeCSS' to pass non-literal values, but take care to ensure page security.`)})(n)+e[r+1],e[0]),e,_),re=(e,t)=>{if(g)e.adoptedStyleSheets=t.map(e=>e instanceof CSSStyleSheet?e:e.styleSheet);else for(let n of t){let t=document.createElement(`style`),r=h.litNonce;r!==void 0&&t.setAttribute(`nonce`,r),t.textContent=n.cssText,e.appendChild(t)}},ie=g?e=>e:e=>e instanceof CSSStyleSheet?(e=>{let t=``;for(let n of e.cssRules)t+=n.cssText;return ne(t)})(e):e,{is:ae,defineProperty:oe,getOwnPropertyDescriptor:se,getOwnPropertyNames:ce,getOwnPropertySymbols:le,getPrototypeOf:ue}=Object,de=globalThis,fe=de.trustedTypes,pe=fe?fe.emptyScript:``,me=de.reactiveElementPolyfillSupport,he=(e,t)=>e,ge={toAttribute(e,t){switch(t){case Boolean:e=e?pe:null;break;case Object:case Array:e=e==null?e:JSON.stringify(e)}return e},fromAttribute(e,t){let n=e;switch(t){case Boolean:n=e!==null;break;case Number:n=e===null?null:Number(e);break;case Object:case Array:try{n=JSON.parse(e)}catch{n=null}}return n}},_e=(e,t)=>!ae(e,t),ve={attribute:!0,type:String,converter:ge,reflect:!1,useDefault:!1,hasChanged:_e};Symbol.metadata??=Symbol(`metadata`),de.litPropertyMetadata??=/* @__PURE__ */ new WeakMap;var ye=class extends HTMLElement{static addInitializer(e){this._$Ei(),(this.l??=[]).push(e)}static get observedAttributes(){return this.finalize(),this._$Eh&&[...this._$Eh.keys()]}static createProperty(e,t=ve){if(t.state&&(t.attribute=!1),this._$Ei(),this.prototype.hasOwnProperty(e)&&((t=Object.create(t)).wrapped=!0),this.elementProperties.set(e,t),!t.noAccessor){let n=Symbol(),r=this.getPropertyDescriptor(e,n,t);r!==void 0&&oe(this.prototype,e,r)}}static getPropertyDescriptor(e,t,n){let{get:r,set:i}=se(this.prototype,e)??{get(){return this[t]},set(e){this[t]=e}};return{get:r,set(t){let a=r?.call(this);i?.call(this,t),this.requestUpdate(e,a,n)},configurable:!0,enumerable:!0}}static getPropertyOptions(e){return this.elementProperties.get(e)??ve}static _$Ei(){if(this.hasOwnProperty(he(`elementProperties`)))return;let e=ue(this);e.finalize(),e.l!==void 0&&(this.l=[...e.l]),this.elementProperties=new Map(e.elementProperties)}static finalize(){if(this.hasOwnProperty(he(`finalized`)))return;if(this.finalized=!0,this._$Ei(),this.hasOwnProperty(he(`properties`))){let e=this.properties,t=[...ce(e),...le(e)];for(let n of t)this.createProperty(n,e[n])}let e=this[Symbol.metadata];if(e!==null){let t=litPropertyMetadata.get(e);if(t!==void 0)for(let[e,n]of t)this.elementProperties.set(e,n)}this._$Eh=/* @__PURE__ */ new Map;for(let[e,t]of this.elementProperties){let n=this._$Eu(e,t);n!==void 0&&this._$Eh.set(n,e)}this.elementStyles=this.finalizeStyles(this.styles)}static finalizeStyles(e){let t=[];if(Array.isArray(e)){let n=new Set(e.flat(1/0).reverse());for(let e of n)t.unshift(ie(e))}else e!==void 0&&t.push(ie(e));return t}static _$Eu(e,t){let n=t.attribute;return!1===n?void 0:typeof n==`string`?n:typeof e==`string`?e.toLowerCase():void 0}constructor(){super(),this._$Ep=void 0,this.isUpdatePending=!1,this.hasUpdated=!1,this._$Em=null,this._$Ev()}_$Ev(){this._$ES=new Promise(e=>this.enableUpdating=e),this._$AL=/* @__PURE__ */ new Map,this._$E_(),this.requestUpdate(),this.constructor.l?.forEach(e=>e(this))}addController(e){(this._$EO??=/* @__PURE__ */ new Set).add(e),this.renderRoot!==void 0&&this.isConnected&&e.hostConnected?.()}removeController(e){this._$EO?.delete(e)}_$E_(){let e=/* @__PURE__ */ new Map,t=this.constructor.elementProperties;for(let n of t.keys())this.hasOwnProperty(n)&&(e.set(n,this[n]),delete this[n]);e.size>0&&(this._$Ep=e)}createRenderRoot(){let e=this.shadowRoot??this.attachShadow(this.constructor.shadowRootOptions);return re(e,this.constructor.elementStyles),e}connectedCallback(){this.renderRoot??=this.createRenderRoot(),this.enableUpdating(!0),this._$EO?.forEach(e=>e.hostConnected?.())}enableUpdating(e){}disconnectedCallback(){this._$EO?.forEach(e=>e.hostDisconnected?.())}attributeChangedCallback(e,t,n){this._$AK(e,n)}_$ET(e,t){let n=this.constructor.elementProperties.get(e),r=this.constructor._$Eu(e,n);if(r!==void 0&&!0===n.reflect){let i=(n.converter?.toAttribute===void 0?ge:n.converter).toAttribute(t,n.type);this._$Em=e,i==null?this.removeAttribute(r):this.setAttribute(r,i),this._$Em=null}}_$AK(e,t){let n=this.constructor,r=n._$Eh.get(e);if(r!==void 0&&this._$Em!==r){let e=n.getPropertyOptions(r),i=typeof e.converter==`function`?{fromAttribute:e.converter}:e.converter?.fromAttribute===void 0?ge:e.converter;this._$Em=r;let a=i.fromAttribute(t,e.type);this[r]=a??this._$Ej?.get(r)??a,this._$Em=null}}requestUpdate(e,t,n,r=!1,i){if(e!==void 0){let a=this.constructor;if(!1===r&&(i=this[e]),n??=a.getPropertyOptions(e),!((n.hasChanged??_e)(i,t)||n.useDefault&&n.reflect&&i===this._$Ej?.get(e)&&!this.hasAttribute(a._$Eu(e,n))))return;this.C(e,t,n)}!1===this.isUpdatePending&&(this._$ES=this._$EP())}C(e,t,{useDefault:n,reflect:r,wrapped:i},a){n&&!(this._$Ej??=/* @__PURE__ */ new Map).has(e)&&(this._$Ej.set(e,a??t??this[e]),!0!==i||a!==void 0)||(this._$AL.has(e)||(this.hasUpdated||n||(t=void 0),this._$AL.set(e,t)),!0===r&&this._$Em!==e&&(this._$Eq??=/* @__PURE__ */ new Set).add(e))}async _$EP(){this.isUpdatePending=!0;try{await this._$ES}catch(e){Promise.reject(e)}let e=this.scheduleUpdate();return e!=null&&await e,!this.isUpdatePending}scheduleUpdate(){return this.performUpdate()}performUpdate(){if(!this.isUpdatePending)return;if(!this.hasUpdated){if(this.renderRoot??=this.createRenderRoot(),this._$Ep){for(let[e,t]of this._$Ep)this[e]=t;this._$Ep=void 0}let e=this.constructor.elementProperties;if(e.size>0)for(let[t,n]of e){let{wrapped:e}=n,r=this[t];!0!==e||this._$AL.has(t)||r===void 0||this.C(t,void 0,n,r)}}let e=!1,t=this._$AL;try{e=this.shouldUpdate(t),e?(this.willUpdate(t),this._$EO?.forEach(e=>e.hostUpdate?.()),this.update(t)):this._$EM()}catch(t){throw e=!1,this._$EM(),t}e&&this._$AE(t)}willUpdate(e){}_$AE(e){this._$EO?.forEach(e=>e.hostUpdated?.()),this.hasUpdated||(this.hasUpdated=!0,this.firstUpdated(e)),this.updated(e)}_$EM(){this._$AL=/* @__PURE__ */ new Map,this.isUpdatePending=!1}get updateComplete(){return this.getUpdateComplete()}getUpdateComplete(){return this._$ES}shouldUpdate(e){return!0}update(e){this._$Eq&&=this._$Eq.forEach(e=>this._$ET(e,this[e])),this._$EM()}updated(e){}firstUpdated(e){}};ye.elementStyles=[],ye.shadowRootOptions={mode:`open`},ye[he(`elementProperties`)]=/* @__PURE__ */ new Map,ye[he(`finalized`)]=/* @__PURE__ */ new Map,me?.({ReactiveElement:ye}),(de.reactiveElementVersions??=[]).push(`2.1.2`);var be=globalThis,xe=e=>e,Se=be.trustedTypes,Ce=Se?Se.createPolicy(`lit-html`,{createHTML:e=>e}):void 0,we=`$lit$`,y=`lit$${Math.random().toFixed(9).slice(2)}$`,Te=`?`+y,Ee=`<${Te}>`,De=document,Oe=()=>De.createComment(``),ke=e=>e===null||typeof e!=`object`&&typeof e!=`function`,Ae=Array.isArray,je=e=>Ae(e)||typeof e?.[Symbol.iterator]==`function`,Me=`[ 	
\f\r]`,Ne=/<(?:(!--|\/[^a-zA-Z])|(\/?[a-zA-Z][^>\s]*)|(\/?$))/g,Pe=/-->/g,Fe=/>/g,Ie=RegExp(`>|${Me}(?:([^\\s"'>=/]+)(${Me}*=${Me}*(?:[^ \t\n\f\r"'\`<>=]|("|')|))|$)`,`g`),Le=/'/g,Re=/"/g,ze=/^(?:script|style|textarea|title)$/i,b=(e=>(t,...n)=>({_$litType$:e,strings:t,values:n}))(1),x=Symbol.for(`lit-noChange`),S=Symbol.for(`lit-nothing`),Be=/* @__PURE__ */ new WeakMap,Ve=De.createTreeWalker(De,129);function He(e,t){if(!Ae(e)||!e.hasOwnProperty(`raw`))throw Error(`invalid template strings array`);return Ce===void 0?t:Ce.createHTML(t)}var Ue=(e,t)=>{let n=e.length-1,r=[],i,a=t===2?`<svg>`:t===3?`<math>`:``,o=Ne;for(let t=0;t<n;t++){let n=e[t],s,c,l=-1,u=0;for(;u<n.length&&(o.lastIndex=u,c=o.exec(n),c!==null);)u=o.lastIndex,o===Ne?c[1]===`!--`?o=Pe:c[1]===void 0?c[2]===void 0?c[3]!==void 0&&(o=Ie):(ze.test(c[2])&&(i=RegExp(`</`+c[2],`g`)),o=Ie):o=Fe:o===Ie?c[0]===`>`?(o=i??Ne,l=-1):c[1]===void 0?l=-2:(l=o.lastIndex-c[2].length,s=c[1],o=c[3]===void 0?Ie:c[3]===`"`?Re:Le):o===Re||o===Le?o=Ie:o===Pe||o===Fe?o=Ne:(o=Ie,i=void 0);let d=o===Ie&&e[t+1].startsWith(`/>`)?` `:``;a+=o===Ne?n+Ee:l>=0?(r.push(s),n.slice(0,l)+we+n.slice(l)+y+d):n+y+(l===-2?t:d)}return[He(e,a+(e[n]||`<?>`)+(t===2?`</svg>`:t===3?`</math>`:``)),r]},We=class e{constructor({strings:t,_$litType$:n},r){let i;this.parts=[];let a=0,o=0,s=t.length-1,c=this.parts,[l,u]=Ue(t,n);if(this.el=e.createElement(l,r),Ve.currentNode=this.el.content,n===2||n===3){let e=this.el.content.firstChild;e.replaceWith(...e.childNodes)}for(;(i=Ve.nextNode())!==null&&c.length<s;){if(i.nodeType===1){if(i.hasAttributes())for(let e of i.getAttributeNames())if(e.endsWith(we)){let t=u[o++],n=i.getAttribute(e).split(y),r=/([.?@])?(.*)/.exec(t);c.push({type:1,index:a,name:r[2],strings:n,ctor:r[1]===`.`?Ye:r[1]===`?`?Xe:r[1]===`@`?Ze:Je}),i.removeAttribute(e)}else e.startsWith(y)&&(c.push({type:6,index:a}),i.removeAttribute(e));if(ze.test(i.tagName)){let e=i.textContent.split(y),t=e.length-1;if(t>0){i.textContent=Se?Se.emptyScript:``;for(let n=0;n<t;n++)i.append(e[n],Oe()),Ve.nextNode(),c.push({type:2,index:++a});i.append(e[t],Oe())}}}else if(i.nodeType===8){if(i.data===Te)c.push({type:2,index:a});else{let e=-1;for(;(e=i.data.indexOf(y,e+1))!==-1;)c.push({type:7,index:a}),e+=y.length-1}}a++}}static createElement(e,t){let n=De.createElement(`template`);return n.innerHTML=e,n}};function Ge(e,t,n=e,r){if(t===x)return t;let i=r===void 0?n._$Cl:n._$Co?.[r],a=ke(t)?void 0:t._$litDirective$;return i?.constructor!==a&&(i?._$AO?.(!1),a===void 0?i=void 0:(i=new a(e),i._$AT(e,n,r)),r===void 0?n._$Cl=i:(n._$Co??=[])[r]=i),i!==void 0&&(t=Ge(e,i._$AS(e,t.values),i,r)),t}var Ke=class{constructor(e,t){this._$AV=[],this._$AN=void 0,this._$AD=e,this._$AM=t}get parentNode(){return this._$AM.parentNode}get _$AU(){return this._$AM._$AU}u(e){let{el:{content:t},parts:n}=this._$AD,r=(e?.creationScope??De).importNode(t,!0);Ve.currentNode=r;let i=Ve.nextNode(),a=0,o=0,s=n[0];for(;s!==void 0;){if(a===s.index){let t;s.type===2?t=new qe(i,i.nextSibling,this,e):s.type===1?t=new s.ctor(i,s.name,s.strings,this,e):s.type===6&&(t=new Qe(i,this,e)),this._$AV.push(t),s=n[++o]}a!==s?.index&&(i=Ve.nextNode(),a++)}return Ve.currentNode=De,r}p(e){let t=0;for(let n of this._$AV)n!==void 0&&(n.strings===void 0?n._$AI(e[t]):(n._$AI(e,n,t),t+=n.strings.length-2)),t++}},qe=class e{get _$AU(){return this._$AM?._$AU??this._$Cv}constructor(e,t,n,r){this.type=2,this._$AH=S,this._$AN=void 0,this._$AA=e,this._$AB=t,this._$AM=n,this.options=r,this._$Cv=r?.isConnected??!0}get parentNode(){let e=this._$AA.parentNode,t=this._$AM;return t!==void 0&&e?.nodeType===11&&(e=t.parentNode),e}get startNode(){return this._$AA}get endNode(){return this._$AB}_$AI(e,t=this){e=Ge(this,e,t),ke(e)?e===S||e==null||e===``?(this._$AH!==S&&this._$AR(),this._$AH=S):e!==this._$AH&&e!==x&&this._(e):e._$litType$===void 0?e.nodeType===void 0?je(e)?this.k(e):this._(e):this.T(e):this.$(e)}O(e){return this._$AA.parentNode.insertBefore(e,this._$AB)}T(e){this._$AH!==e&&(this._$AR(),this._$AH=this.O(e))}_(e){this._$AH!==S&&ke(this._$AH)?this._$AA.nextSibling.data=e:this.T(De.createTextNode(e)),this._$AH=e}$(e){let{values:t,_$litType$:n}=e,r=typeof n==`number`?this._$AC(e):(n.el===void 0&&(n.el=We.createElement(He(n.h,n.h[0]),this.options)),n);if(this._$AH?._$AD===r)this._$AH.p(t);else{let e=new Ke(r,this),n=e.u(this.options);e.p(t),this.T(n),this._$AH=e}}_$AC(e){let t=Be.get(e.strings);return t===void 0&&Be.set(e.strings,t=new We(e)),t}k(t){Ae(this._$AH)||(this._$AH=[],this._$AR());let n=this._$AH,r,i=0;for(let a of t)i===n.length?n.push(r=new e(this.O(Oe()),this.O(Oe()),this,this.options)):r=n[i],r._$AI(a),i++;i<n.length&&(this._$AR(r&&r._$AB.nextSibling,i),n.length=i)}_$AR(e=this._$AA.nextSibling,t){for(this._$AP?.(!1,!0,t);e!==this._$AB;){let t=xe(e).nextSibling;xe(e).remove(),e=t}}setConnected(e){this._$AM===void 0&&(this._$Cv=e,this._$AP?.(e))}},Je=class{get tagName(){return this.element.tagName}get _$AU(){return this._$AM._$AU}constructor(e,t,n,r,i){this.type=1,this._$AH=S,this._$AN=void 0,this.element=e,this.name=t,this._$AM=r,this.options=i,n.length>2||n[0]!==``||n[1]!==``?(this._$AH=Array(n.length-1).fill(/* @__PURE__ */ new String),this.strings=n):this._$AH=S}_$AI(e,t=this,n,r){let i=this.strings,a=!1;if(i===void 0)e=Ge(this,e,t,0),a=!ke(e)||e!==this._$AH&&e!==x,a&&(this._$AH=e);else{let r=e,o,s;for(e=i[0],o=0;o<i.length-1;o++)s=Ge(this,r[n+o],t,o),s===x&&(s=this._$AH[o]),a||=!ke(s)||s!==this._$AH[o],s===S?e=S:e!==S&&(e+=(s??``)+i[o+1]),this._$AH[o]=s}a&&!r&&this.j(e)}j(e){e===S?this.element.removeAttribute(this.name):this.element.setAttribute(this.name,e??``)}},Ye=class extends Je{constructor(){super(...arguments),this.type=3}j(e){this.element[this.name]=e===S?void 0:e}},Xe=class extends Je{constructor(){super(...arguments),this.type=4}j(e){this.element.toggleAttribute(this.name,!!e&&e!==S)}},Ze=class extends Je{constructor(e,t,n,r,i){super(e,t,n,r,i),this.type=5}_$AI(e,t=this){if((e=Ge(this,e,t,0)??S)===x)return;let n=this._$AH,r=e===S&&n!==S||e.capture!==n.capture||e.once!==n.once||e.passive!==n.passive,i=e!==S&&(n===S||r);r&&this.element.removeEventListener(this.name,this,n),i&&this.element.addEventListener(this.name,this,e),this._$AH=e}handleEvent(e){typeof this._$AH==`function`?this._$AH.call(this.options?.host??this.element,e):this._$AH.handleEvent(e)}},Qe=class{constructor(e,t,n){this.element=e,this.type=6,this._$AN=void 0,this._$AM=t,this.options=n}get _$AU(){return this._$AM._$AU}_$AI(e){Ge(this,e)}},$e={M:we,P:y,A:Te,C:1,L:Ue,R:Ke,D:je,V:Ge,I:qe,H:Je,N:Xe,U:Ze,B:Ye,F:Qe},et=be.litHtmlPolyfillSupport;et?.(We,qe),(be.litHtmlVersions??=[]).push(`3.3.3`);var tt=(e,t,n)=>{let r=n?.renderBefore??t,i=r._$litPart$;if(i===void 0){let e=n?.renderBefore??null;r._$litPart$=i=new qe(t.insertBefore(Oe(),e),e,void 0,n??{})}return i._$AI(e),i},nt=globalThis,C=class extends ye{constructor(){super(...arguments),this.renderOptions={host:this},this._$Do=void 0}createRenderRoot(){let e=super.createRenderRoot();return this.renderOptions.renderBefore??=e.firstChild,e}update(e){let t=this.render();this.hasUpdated||(this.renderOptions.isConnected=this.isConnected),super.update(e),this._$Do=tt(t,this.renderRoot,this.renderOptions)}connectedCallback(){super.connectedCallback(),this._$Do?.setConnected(!0)}disconnectedCallback(){super.disconnectedCallback(),this._$Do?.setConnected(!1)}render(){return x}};C._$litElement$=!0,C.finalized=!0,nt.litElementHydrateSupport?.({LitElement:C});var rt=nt.litElementPolyfillSupport;rt?.({LitElement:C}),(nt.litElementVersions??=[]).push(`4.2.2`);var it={attribute:!0,type:String,converter:ge,reflect:!1,hasChanged:_e},at=(e=it,t,n)=>{let{kind:r,metadata:i}=n,a=globalThis.litPropertyMetadata.get(i);if(a===void 0&&globalThis.litPropertyMetadata.set(i,a=/* @__PURE__ */ new Map),r===`setter`&&((e=Object.create(e)).wrapped=!0),a.set(n.name,e),r===`accessor`){let{name:r}=n;return{set(n){let i=t.get.call(this);t.set.call(this,n),this.requestUpdate(r,i,e,!0,n)},init(t){return t!==void 0&&this.C(r,void 0,e,t),t}}}if(r===`setter`){let{name:r}=n;return function(n){let i=this[r];t.call(this,n),this.requestUpdate(r,i,e,!0,n)}}throw Error(`Unsupported decorator location: `+r)};function w(e){return(t,n)=>typeof n==`object`?at(e,t,n):((e,t,n)=>{let r=t.hasOwnProperty(n);return t.constructor.createProperty(n,e),r?Object.getOwnPropertyDescriptor(t,n):void 0})(e,t,n)}function T(e){return w({...e,state:!0,attribute:!1})}var ot=(e,t,n)=>(n.configurable=!0,n.enumerable=!0,Reflect.decorate&&typeof t!=`object`&&Object.defineProperty(e,t,n),n);function st(e,t){return(n,r,i)=>{let a=t=>t.renderRoot?.querySelector(e)??null;if(t){let{get:e,set:t}=typeof r==`object`?n:i??(()=>{let e=Symbol();return{get(){return this[e]},set(t){this[e]=t}}})();return ot(n,r,{get(){let n=e.call(this);return n===void 0&&(n=a(this),(n!==null||this.hasUpdated)&&t.call(this,n)),n}})}return ot(n,r,{get(){return a(this)}})}}var ct=`component.seam.`,lt=[`exceptions`,`selector`],ut=/* @__PURE__ */ new WeakMap;async function dt(e,t,n){let r=await Promise.all(lt.map(n=>e.sendMessagePromise({type:`frontend/get_translations`,language:t,category:n,integration:[`seam`]})));n()&&ut.set(e,Object.assign({},...r.map(({resources:e})=>e)))}function ft(e,t){let n=t=>{if(Array.isArray(t))return t.map(n);if(typeof t!=`object`||!t)return t;if(pt(t)){let{translation_key:n,translation_placeholders:r}=t;return mt(e,n,r)}return Object.fromEntries(Object.entries(t).flatMap(([e,t])=>[[e,n(t)],...e===`reason`&&pt(t)?[[`reason_key`,t.translation_key]]:[]]))};return n(t)}function pt(e){return typeof e==`object`&&!!e&&`translation_key`in e}function mt(e,t,n={},r=t){let i=ut.get(e)?.[ct+t];return i===void 0?r:i.replace(/\{(\w+)\}/g,(e,t)=>n[t]??``)}var E=class extends Error{constructor(e,t,n,r=n===`connection_uncertain`){super(e),this.field=t,this.lost=n,this.isUncertain=r}},ht=3,gt=[`code/generate`,`code/reveal`,`lock/refresh`,`preview`,`stays/preview`];function _t(e,t,n){let{error:r,...i}=Object(t),a=r??i,{code:o,translation_key:s,translation_domain:c,translation_placeholders:l}=a,u=a.message??``,d=s&&c===`seam`?mt(e,`exceptions.${s}.message`,l,u):u;return o!==ht&&t!==ht?new E(d&&xt(d),l?.field):new E(d,void 0,gt.includes(n)?`connection_failed`:`connection_uncertain`)}async function vt(e,t,n){try{let r=await e.callWS({type:`seam/${t}`,...n});return ft(e.connection,r)}catch(n){throw _t(e.connection,n,t)}}function yt(e,t){return vt(e,`stays/preview`,{subentry_id:t})}async function bt(e,t,n){let{results:r}=await vt(e,t,n);return Object.fromEntries(Object.entries(r).map(([e,t])=>[e,St(t)]))}function xt(e){return/[\p{Sentence_Terminal};]$/u.test(e)?e:`${e}.`}function St(e){let{error:t,reason:n,access_codes:r}=e;return{...e,...t?{error:xt(t)}:{},...n?{reason:xt(n)}:{},...r?{access_codes:r.map(St)}:{}}}async function D(e,t,n,r,i={}){return Ct(await bt(e,`code/${t}`,{entity_id:n.entity_id,access_code_id:r.access_code_id,...i}),n)}function Ct(e,t){let n=e[t.entity_id]??{},{error:r,field:i,is_uncertain:a}=n;if(r)throw new E(r,i,void 0,a);return n}async function wt(e,t,n){let r=await D(e,`reveal`,t,n);return{pin:r.code??void 0,isFresh:r.is_fresh!==!1}}function O(e,t){return e instanceof E?e.lost?t(e.lost):e.message||t(`unexpected_error`):t(`unexpected_error`)}function Tt(e,t=!1){history[t?`replaceState`:`pushState`](null,``,e),window.dispatchEvent(new CustomEvent(`location-changed`,{detail:{replace:t}}))}var k={ATTRIBUTE:1,CHILD:2,PROPERTY:3,BOOLEAN_ATTRIBUTE:4,EVENT:5,ELEMENT:6},Et=e=>(...t)=>({_$litDirective$:e,values:t}),Dt=class{constructor(e){}get _$AU(){return this._$AM._$AU}_$AT(e,t,n){this._$Ct=e,this._$AM=t,this._$Ci=n}_$AS(e,t){return this.update(e,t)}update(e,t){return this.render(...t)}},{I:Ot}=$e,kt=e=>e,At=e=>e.strings===void 0,jt=()=>document.createComment(``),Mt=(e,t,n)=>{let r=e._$AA.parentNode,i=t===void 0?e._$AB:t._$AA;if(n===void 0)n=new Ot(r.insertBefore(jt(),i),r.insertBefore(jt(),i),e,e.options);else{let t=n._$AB.nextSibling,a=n._$AM,o=a!==e;if(o){let t;n._$AQ?.(e),n._$AM=e,n._$AP!==void 0&&(t=e._$AU)!==a._$AU&&n._$AP(t)}if(t!==i||o){let e=n._$AA;for(;e!==t;){let t=kt(e).nextSibling;kt(r).insertBefore(e,i),e=t}}}return n},Nt=(e,t,n=e)=>(e._$AI(t,n),e),Pt={},Ft=(e,t=Pt)=>e._$AH=t,It=e=>e._$AH,Lt=e=>{e._$AR(),e._$AA.remove()},Rt=(e,t,n)=>{let r=/* @__PURE__ */ new Map;for(let i=t;i<=n;i++)r.set(e[i],i);return r},A=Et(class extends Dt{constructor(e){if(super(e),e.type!==k.CHILD)throw Error(`repeat() can only be used in text expressions`)}dt(e,t,n){let r;n===void 0?n=t:t!==void 0&&(r=t);let i=[],a=[],o=0;for(let t of e)i[o]=r?r(t,o):o,a[o]=n(t,o),o++;return{values:a,keys:i}}render(e,t,n){return this.dt(e,t,n).values}update(e,[t,n,r]){let i=It(e),{values:a,keys:o}=this.dt(t,n,r);if(!Array.isArray(i))return this.ut=o,a;let s=this.ut??=[],c=[],l,u,d=0,f=i.length-1,p=0,m=a.length-1;for(;d<=f&&p<=m;)if(i[d]===null)d++;else if(i[f]===null)f--;else if(s[d]===o[p])c[p]=Nt(i[d],a[p]),d++,p++;else if(s[f]===o[m])c[m]=Nt(i[f],a[m]),f--,m--;else if(s[d]===o[m])c[m]=Nt(i[d],a[m]),Mt(e,c[m+1],i[d]),d++,m--;else if(s[f]===o[p])c[p]=Nt(i[f],a[p]),Mt(e,i[d],i[f]),f--,p++;else if(l===void 0&&(l=Rt(o,p,m),u=Rt(s,d,f)),l.has(s[d])){if(l.has(s[f])){let t=u.get(o[p]),n=t===void 0?null:i[t];if(n===null){let t=Mt(e,i[d]);Nt(t,a[p]),c[p]=t}else c[p]=Nt(n,a[p]),Mt(e,i[d],n),i[t]=null;p++}else Lt(i[f]),f--}else Lt(i[d]),d++;for(;p<=m;){let t=Mt(e,c[m+1]);Nt(t,a[p]),c[p++]=t}for(;d<=f;){let e=i[d++];e!==null&&Lt(e)}return this.ut=o,Ft(e,c),x}}),j=6e4,M=60*j,N=24*M;function zt(e){let t=/* @__PURE__ */ new Map;return(n,r)=>{let i=JSON.stringify([n,r]),a=t.get(i)??new e(n,r);return t.set(i,a),a}}var Bt=zt(Intl.DateTimeFormat);function P(e,t){return Bt(`sv`,{timeZone:t,year:`numeric`,month:`2-digit`,day:`2-digit`,hour:`2-digit`,minute:`2-digit`}).format(e).replace(` `,`T`)}function Vt(e,t,n){let r=Date.parse(`${e}Z`),i=[-864e5,N].map(e=>{let n=r+e,i=Date.parse(`${P(new Date(n),t)}Z`)-n;return new Date(r-i)}),a=i.filter(n=>P(n,t)===e);return a.find(e=>e>n)??a[0]??i[0]}function Ht(e,t){return new Date(Date.parse(`${e}Z`)+t*N).toISOString().slice(0,16)}function Ut(e,t){let n=Date.parse(`${e}T00:00Z`),r=n-15*M,i=n+15*M;for(;i-r>j;){let n=r+Math.floor((i-r)/2/j)*j;P(new Date(n),t)<e?r=n:i=n}return i}function Wt(e,t){let n=P(e,t);return[-36e5,M].some(r=>P(new Date(e.getTime()+r),t)===n)}function F({locale:e,config:t}){return e.time_zone===`local`?Kt():t.time_zone}function Gt(e,t){return t.some(t=>P(t,Kt())!==P(t,e.config.time_zone))?F(e):void 0}function Kt(){return Intl.DateTimeFormat().resolvedOptions().timeZone}function qt(e,t,n=F(e)){return Bt(Jt(e.locale),{timeZone:n,...t})}function Jt({language:e,date_format:t}){let n={DMY:`en-GB`,MDY:`en-US`,system:Intl.DateTimeFormat().resolvedOptions().locale}[t],r=e=>e.split(`-`)[0];return n&&r(n)===r(e)?n:e}function I(e,t,n,r=F(e)){let i=new Date(t),[a,o]=[i,n].map(e=>P(e,r).slice(0,10)),s=Xt(e,i,r),c=Math.round((Date.parse(a)-Date.parse(o))/N);return Math.abs(c)<=1?`${new Intl.RelativeTimeFormat(e.locale.language,{numeric:`auto`}).format(c,`day`)}, ${s}`:`${qt(e,{weekday:`short`,day:`numeric`,month:`short`,...a.slice(0,4)===o.slice(0,4)?{}:{year:`numeric`}},r).format(i)}, ${s}`}function Yt({locale:e}){let t=Zt(e);return{hour:t?`numeric`:`2-digit`,minute:`2-digit`,hourCycle:t?`h12`:`h23`}}function Xt(e,t,n){return Bt(e.locale.language,{timeZone:n,...Yt(e),...Wt(t,n)?{timeZoneName:`short`}:{}}).format(t)}function Zt({language:e,time_format:t}){return t===`12`||t!==`24`&&Bt(t===`system`?void 0:e,{hour:`numeric`}).resolvedOptions().hour12===!0}function Qt({language:e,first_weekday:t}){let n=[`sun`,`mon`,`tue`,`wed`,`thu`,`fri`,`sat`].indexOf(t.slice(0,3));if(n>=0)return n;let r=new Intl.Locale(e);return((r.getWeekInfo?.()??r.weekInfo)?.firstDay??1)%7}var $t={comma_decimal:`en-US`,decimal_comma:`de`,space_comma:`fr`,quote_decimal:`de-CH`,none:`en-US`},en=zt(Intl.NumberFormat);function tn({language:e,number_format:t},n,r={}){let i=t===`system`?void 0:$t[t]??e,a=new Map(en(i,{}).formatToParts(12345.6).map(({type:e,value:t})=>[e,t]));return en(e,{...r,...t===`none`?{useGrouping:!1}:{}}).formatToParts(n).map(({type:e,value:t})=>e===`group`||e===`decimal`?a.get(e):t).join(``)}function nn(e,t,n){return qt(e,{day:`numeric`,month:`short`,...Yt(e)}).formatRange(t,n)}function rn(e,t,n){let r=Date.parse(t)-n.getTime(),i=new Intl.RelativeTimeFormat(e.locale.language,{numeric:`auto`});for(let[e,t]of[[`day`,N],[`hour`,M],[`minute`,j]])if(Math.abs(r)>=t)return i.format(Math.round(r/t),e);return i.format(0,`minute`)}function an({locale:e},t){let n=Math.round(t/j),[r,i,a]=n*6e4>=864e5?[`day`,`hour`,N/M]:[`hour`,`minute`,M/j],o=r===`day`?Math.round(n*j/M):n,[s,c]=[Math.floor(o/a),o%a],l=(t,n,r)=>tn(e,t,{style:`unit`,unit:n,unitDisplay:r});return new Intl.ListFormat(e.language,{type:`unit`,style:`narrow`}).format([...s>0?[l(s,r,`long`)]:[],...c>0||s===0?[l(c,i,s>0?`short`:`long`)]:[]])}var on=/*#__PURE__*/ JSON.parse(`{"title":"Access codes","back":"Back","close":"Close","cancel":"Cancel","done":"Done","save":"Save","copy":"Copy","copied":"PIN copied","message_copied":"Message copied","copy_failed":"Copying failed. Select the PIN and copy it manually.","pin_not_fresh":"Seam did not answer. This is the last known PIN.","share":"Share","copy_message":"Copy message","retry":"Try again","loading":"Loading…","today":"Today","locks":"Locks","timeline":"Timeline","activity":"Activity","found_codes":"Found codes","sections":"Sections","add_guest":"Add guest","connection_lost":"The connection to Home Assistant was lost. Reconnecting…","outdated":"The Seam integration was updated. Reload this page to use the new version.","reload":"Reload","not_set_up":"Seam is not available. Check the integration under Settings > Devices & services.","workspace_unavailable":"{name} cannot be reached. The last known state is shown.","key_refused_hint":"If you are not asked for the key there, open the three-dot menu of {name} and select “Reconfigure”.","no_access":"You do not have access to any locks. Ask a Home Assistant administrator for access.","no_locks":"There are no locks yet. Connect a lock in the Seam console. The lock appears here within a few minutes.","unexpected_error":"Something went wrong. Try again.","connection_failed":"The connection to Home Assistant was lost. Try again when the connection is restored.","connection_uncertain":"The connection was lost before a response was received. The change may or may not have been made. Check the codes before you try again.","headline_good":"All guests can get in","headline_attention":{"one":"{count} code needs attention","other":"{count} codes need attention"},"headline_locks":{"one":"{count} lock needs attention","other":"{count} locks need attention"},"headline_unknown":"Cannot confirm that all guests can get in","headline_none":"No access codes yet","headline_none_hint":"Add a guest, and Seam sets the code on the lock.","headline_good_hint":{"one":"{count} code is active.","other":"{count} codes are active."},"needs_attention":"Needs attention","active_now":"Active now","arriving":"Arriving","leaving":"Leaving","next_48_hours":"Next 48 hours","last_used":"Last used","nobody_arriving":"Nobody is arriving in the next 48 hours.","nobody_leaving":"Nobody is leaving in the next 48 hours.","nobody_in":"No codes are active.","show_all":"Show all {count}","read_only":"Only administrators can see PINs and change codes.","ask_admin":"Ask an administrator of this Home Assistant to make the necessary changes to codes and accounts.","rows":"Rows","rows_lock":"By lock","rows_person":"By person","rows_table":"Table","earlier":"Earlier","later":"Later","timeline_none":"No codes are active on these days.","timeline_bar":"{name}, {lock}, {times}, {state}","then_free":"Then free for {duration}","free_for":"Free for {duration}","overlaps_with":"Overlaps with {names}","lock":"Lock","person":"Person","times":"Times","state":"State","notes":"Notes","fewer":"Show less","period":"Period","period_1":"Last 24 hours","period_7":"Last 7 days","period_30":"Last 30 days","all_locks":"All locks","search_activity":"Search names","download":"Download CSV","activity_none":"No activity was recorded in this period.","activity_no_match":"No activity matches your search.","activity_off":"The event entities for these locks are disabled or hidden from you.","activity_failed":"Home Assistant cannot show the activity. Check that the history integration is set up.","time":"Time","event":"Event","detail":"Detail","method_keycode":"With a PIN","method_manual":"Manually","method_automatic":"Automatically","method_remote":"Remotely","method_card":"With a card","method_mobile_key":"With a phone","method_seamapi":"Remotely","show_more":"Show more","group_attention":"Needs attention","group_active":"Active","group_scheduled":"Scheduled","group_unmanaged":"Not managed","group_expired":"Expired","unmanaged_hint":"These codes were created outside Seam.","unmanaged_hint_convert":"Convert a code to managed to change it here.","state_active":"Active","state_scheduled":"Scheduled","state_setting":"Setting","state_failed":"Failed","state_at_risk":"At risk","state_removing":"Removing","state_expired":"Expired","state_disabled":"Disabled","state_unknown":"Unknown","lock_locked":"Locked","lock_unlocked":"Unlocked","lock_locking":"Locking","lock_unlocking":"Unlocking","lock_jammed":"Jammed","lock_unknown":"Unknown","offline":"Offline","is_offline":"{lock} is offline","battery":"Battery {percent}","free_slots":{"one":"{count} free slot","other":"{count} free slots"},"count_attention":{"one":"{count} needs attention","other":"{count} need attention"},"count_active":"{count} active","count_scheduled":"{count} scheduled","count_unmanaged":"{count} not managed","count_none":"No codes","codes_unknown":"The codes on this lock are not known yet. If this lasts, see the log.","unmanaged_unknown":"The unmanaged codes on this lock are not known. If this lasts, see the log.","codes_outdated":"The codes on this lock might be outdated.","no_codes":"This lock has no access codes.","no_match":"No codes match your search.","no_match_locks":"No locks or codes match your search.","no_match_lock_names":"No locks match your search.","no_match_timeline":"No matches on these days.","search_codes":"Search codes","search_locks":"Search locks","search_all":"Search locks and names","order":"Order","order_time":"By time","order_name":"By name","no_such_lock":"This lock does not exist, or you do not have access to it.","no_such_code":"This code no longer exists.","refresh":"Refresh","refreshing":"Refreshing…","refreshed":{"one":"{lock} is up to date","other":"{lock} are up to date"},"still_offline":{"one":"{lock} is still offline","other":"{lock} are still offline"},"never_ends":"Never expires","until":"Until {time}","from_to":"{start} – {end}","ended":"Ended {time}","arrives":"Arrives {time}","leaves":"Leaves {time}","backup":"Backup","backup_code":"backup code","one_time":"One-time","offline_code":"Offline","same_pin":"Same PIN as {names}","from_stays":"From {name}","from_stays_edit":"If you change the name or times of this code, it no longer follows its booking in {name}.","from_stays_release":"It no longer follows its booking in {name}.","from_stays_delete":"This code is not created again unless its booking in {name} changes.","actions_for":"Actions for {name}","show_pin":"Show PIN","hide_pin":"Hide PIN","pin_of":"PIN of {name}","copy_pin":"Copy PIN","edit":"Edit","extend":"Extend by a day","end_now":"End now","delete":"Delete","convert":"Convert to managed","release":"Stop managing","use_backup":"Use backup code","saving":"Saving…","saved":"“{name}” was saved","extended":"{name} now ends {time}","also_there":"Also on these locks","also_these":"Also these codes","keep_open":"Keep this page open until everything is done.","extend_title":"Extend “{name}” by a day?","extend_text":"The code on {lock} will end {time}.","end_title":"End “{name}” now?","end_text":"The code stops working on {lock} within two minutes.","end_done":"“{name}” ends within two minutes on {lock}","delete_title":"Delete “{name}”?","delete_text":"The code stops working on {lock}. You cannot undo this.","delete_idle_text":{"one":"After you delete it, nobody can use it. You cannot undo this.","other":"After you delete them, nobody can use them. You cannot undo this."},"delete_done":"“{name}” was deleted from {lock}","delete_pending":"“{name}” will be removed from {lock}","release_title":"Stop managing “{name}”?","release_text":"The code stays on {lock} and keeps working. Seam no longer changes the code and does not remove it when it ends.","release_done":"Seam no longer manages “{name}” on {lock}","release_pending":"Seam will stop managing “{name}” on {lock}","allow_title":"Allow changes to “{name}”?","allow_text":"Seam then no longer restores the code on {lock} if somebody changes it in the manufacturer’s app.","allow_done":"“{name}” can now be changed in the manufacturer’s app on {lock}","backup_title":"Use a backup code for “{name}”?","backup_text":"Seam activates a backup code that is already on {lock}. It works until “{name}” expires. Give its PIN to your guest.","backup_done":"Give your guest this PIN for {lock}:","remedy_add":"Add another code","remedy_allow_changes":"Allow changes","remedy_convert_other":"Convert “{name}”","remedy_delete":"Delete this code","remedy_delete_expired":"Delete expired codes","remedy_delete_other":"Delete “{name}”","remedy_edit":"Edit this code","remedy_found_codes":"Show found codes","remedy_new_pin":"Choose a new PIN","remedy_pull_backup":"Use backup code","remedy_refresh_lock":"Refresh lock","remedy_reconnect_account":"Open Seam console","guest_new":"Add guest","guest_edit":"Edit {name}","guest_new_pin":"New PIN for {name}","name":"Name","name_missing":"Enter a name.","name_invisible":"Remove the invisible characters.","name_taken":"{lock} already has a code with this name.","name_too_short":"Use at least {count} characters.","name_too_long":"Use at most {count} characters.","locks_missing":"Select at least one lock.","also_on":"Also change the code on these locks","kind":"Duration","stay":"Stay","permanent":"Permanent","permanent_hint":"The code works until you delete it.","check_in":"Check-in","check_out":"Check-out","time_missing":"Enter a date and a time.","end_before_start":"The check-out must be after the check-in.","end_in_past":"The check-out must be in the future.","nights":{"one":"{count} night","other":"{count} nights"},"time_zone":"Times in {zone}","overlaps":"Overlaps with {stays}.","overlap":"{name} on {locks} ({times})","overlaps_more":{"one":"{count} more stay","other":"{count} more stays"},"pin":"PIN","pin_auto":"Choose for me","pin_own":"Custom PIN","pin_keep":"Keep PIN","pin_auto_hint":"Seam chooses a PIN that all selected locks accept.","pin_auto_hint_one":"Seam chooses a PIN that {lock} accepts.","pin_input":"Custom PIN","pin_digits":"Enter {lengths} digits.","pin_lengths":"{lengths} digits","pin_range":"{from} to {to}","pin_hint":"{rules}.","rule_no_zeros":"no zeros","rule_cannot_start_with_12":"not starting with 12","rule_no_triple_consecutive_ints":"no runs of four such as 1111 or 1234","rule_no_ascending_or_descending_sequence":"not a sequence such as 1234","rule_at_least_three_unique_digits":"at least three different digits","rule_cannot_contain_089":"only digits 1 to 7","rule_cannot_contain_0789":"only digits 1 to 6","rule_no_all_same_digits":"not all the same","pin_no_length":"These locks have no PIN length in common. Add the guest to one lock at a time.","pin_none_fits":"Seam could not find a PIN that all selected locks accept. Try again, or enter a custom PIN.","pin_in_name":"The name cannot contain the PIN because names are visible to everyone.","more_options":"More options","option_external":"Allow changes in the manufacturer’s app","option_external_hint":"Otherwise, Seam restores the code if somebody changes it there.","option_backup":"Keep backup codes ready","option_backup_hint":"Seam keeps backup codes on the lock in case this code fails.","option_offline":"Offline code","option_offline_hint":"The code works without a connection to the lock. You cannot change or delete it later.","option_length":"PIN length","option_length_any":"Any","works_on_all":{"one":"The code works","other":"Works on all locks"},"ready_on_all":{"one":"The code is ready","other":"Ready on all locks"},"ready_on_some":"Ready on {ready} of {count} locks","works_from_until":"Works from {start} until {end}.","works_from":"Works from {start}.","works_until":"Works until {end}.","works_waiting":"Setting the code…","works_waiting_hint":"This can take a minute. You can close this window.","works_delayed":{"one":"The code is not on the lock yet","other":"The code is not on all locks yet"},"no_code_on":"No code on {locks}","not_changed_on":"Not changed on {locks}","not_confirmed_on":"Not confirmed on {locks}","change_pin":"Change PIN","pin_for":"PIN for {locks}","share_text":"Hello {name}, your access code for {locks} is {pin}.","share_text_stay":"Hello {name}, your access code for {locks} is {pin}. It works from {start} to {end}.","found_hint":"These codes are on your locks, but Seam does not manage them.","found_hint_convert":"Convert them to see problems early and to change them here.","found_none":"Seam manages all codes.","found_fixed":"This code cannot be converted or deleted here. Delete it in the manufacturer’s app or on the lock.","select_all":"Select all","select":"Select {name}","selected":{"one":"{count} selected","other":"{count} selected"},"duplicate_of":"Duplicate of {names}","convert_title":{"one":"Convert {count} code to managed?","other":"Convert {count} codes to managed?"},"convert_text":{"one":"Seam then manages this code. The PIN stays the same. If somebody changes the code in the manufacturer’s app, Seam restores it.","other":"Seam then manages these codes. The PINs stay the same. If somebody changes a code in the manufacturer’s app, Seam restores it."},"convert_left_out":{"one":"{count} code cannot be converted: {names}","other":"{count} codes cannot be converted: {names}"},"convert_allow":"Allow changes in the manufacturer’s app","convert_canary":"One code from each account is converted first, and its lock is monitored for five minutes. If no error appears, the remaining codes are converted. You can close this page in the meantime.","conversion_started":"Conversion started","conversion_running":"Converting codes","conversion_watching":"Monitoring {lock}","conversion_watching_hint":"The first code was converted. If no error appears on {lock} within five minutes, the remaining codes are converted. You can close this page in the meantime.","conversion_stopped":"Conversion stopped at {lock}","conversion_done":"Conversion finished","conversion_progress":"{done} of {count} converted","conversion_failed":"A code was not converted.","conversion_interrupted":"Home Assistant was restarted, or the integration was reloaded.","conversion_new_error":"There is a new error on the lock, its account, or one of its codes.","conversion_unconfirmed":"The last change was not confirmed.","conversion_unreachable":"The lock could not be checked.","conversion_uncertain":"This code may or may not have been converted. Check the lock before you select the code again:","conversion_left":{"one":"{count} code was not changed. Select it again to convert it.","other":"{count} codes were not changed. Select them again to convert them."},"conversion_stopping":"Stopping…","stop":"Stop","dismiss":"Dismiss","delete_many_title":{"one":"Delete {count} code?","other":"Delete {count} codes?"},"delete_many_text":{"one":"This code stops working. You cannot undo this.","other":"These codes stop working. You cannot undo this."},"delete_left_out":{"one":"{count} code cannot be deleted: {names}","other":"{count} codes cannot be deleted: {names}"},"converting":"Converting…","deleting":"Deleting…","deletion_done":"Deletion finished","checking":"Checking…","outcome_would_convert":"Can be converted","outcome_would_delete":"Can be deleted","outcome_not_convertible":"Cannot be converted","outcome_not_deletable":"Cannot be deleted","outcome_converted":"Converted","outcome_deleted":"Deleted","outcome_pending":"In progress","outcome_failed":"Failed","outcome_success":"Done","outcome_not_done":"Not done","outcome_uncertain":"Not confirmed","outcome_waiting":"Waiting","outcome_running":"Working…","result_of":"{done} of {count} done","stays":"Stays","stays_hint":"Stays create access codes for the bookings in a calendar and warn you if a guest might not get in.","stays_hint_calendar":"First add the calendar of your bookings to Home Assistant, for example with the Remote calendar or Local calendar integration.","opens_settings":"Opens the integration in Settings, where you select “{action}” again.","stays_none":"No guests are expected.","stays_not_known":"The bookings have not been read yet.","stays_lost":"The calendar of {name} cannot be read. Access codes no longer follow its bookings.","stays_kept":{"one":"The calendar of {name} has no events. The codes of {count} stay are kept in case this is a fault.","other":"The calendar of {name} has no events. The codes of {count} stays are kept in case this is a fault."},"stays_kept_hint":"If the bookings were canceled, select Edit, then Reconfigure stays, and then “Delete all upcoming access codes of these stays” in the preview.","stays_coming":"Current and upcoming","stays_calendars":"Calendars","stays_add":"Add stays","stays_edit":"Edit {name}","stays_preview":"Preview changes","preview_of":"Preview of {name}","preview_hint":"These changes will be made the next time the calendar is read. Nothing has been changed yet.","preview_left":"Left unchanged","search_stays":"Search stays","no_match_stays":"No stays match your search.","verdict_ready":"Ready","arrived":"Arrived","card_name":"Seam access codes","card_description":"Shows the access codes on a lock with their states and problems.","card_lock":"Lock","card_choose":"Select a lock in the settings of this card.","feature_name":"Access codes","feature_ok":{"one":"{count} code OK","other":"{count} codes OK"},"feature_problem":{"one":"{count} problem","other":"{count} problems"},"feature_offline":"Offline","feature_unknown":"Codes unknown"}`),sn=/* #__PURE__ */ Object.assign({"./cs.json":()=>import(`./language/cs.js`).then(e=>e.default),"./da.json":()=>import(`./language/da.js`).then(e=>e.default),"./de.json":()=>import(`./language/de.js`).then(e=>e.default),"./el.json":()=>import(`./language/el.js`).then(e=>e.default),"./es.json":()=>import(`./language/es.js`).then(e=>e.default),"./fi.json":()=>import(`./language/fi.js`).then(e=>e.default),"./fr.json":()=>import(`./language/fr.js`).then(e=>e.default),"./hu.json":()=>import(`./language/hu.js`).then(e=>e.default),"./it.json":()=>import(`./language/it.js`).then(e=>e.default),"./ja.json":()=>import(`./language/ja.js`).then(e=>e.default),"./nb.json":()=>import(`./language/nb.js`).then(e=>e.default),"./nl.json":()=>import(`./language/nl.js`).then(e=>e.default),"./pl.json":()=>import(`./language/pl.js`).then(e=>e.default),"./pt-BR.json":()=>import(`./language/pt-BR.js`).then(e=>e.default),"./pt.json":()=>import(`./language/pt.js`).then(e=>e.default),"./ro.json":()=>import(`./language/ro.js`).then(e=>e.default),"./sv.json":()=>import(`./language/sv.js`).then(e=>e.default),"./tr.json":()=>import(`./language/tr.js`).then(e=>e.default),"./zh-Hans.json":()=>import(`./language/zh-Hans.js`).then(e=>e.default)}),cn=Object.keys(sn).map(e=>e.slice(2,-5)),ln={nn:`nb`,no:`nb`};function un(e,t=cn){for(let n=e;n;n=n.slice(0,Math.max(n.lastIndexOf(`-`),0))){let e=[n,ln[n]].find(e=>e&&t.includes(e));if(e)return e}return`en`}function dn(e,t,n=`language`){let r=new Intl.PluralRules(e),i={language:e,number_format:n};return(e,a={})=>{let o=t[e];return o===void 0?gn(n)(e,a):(typeof o==`string`?o:o[r.select(Number(a.count))]??o.other??``).replace(/\{(\w+)\}/g,(e,t)=>{let n=a[t];return typeof n==`number`?tn(i,n):n??``})}}var fn=/* @__PURE__ */ new Map([[`en`,on]]),pn=/* @__PURE__ */ new Map,mn=/* @__PURE__ */ new Map;function hn(e,t,n){let r=`${e} ${n}`,i=pn.get(r)??dn(e,t,n);return pn.set(r,i),i}function gn(e){return hn(`en`,on,e)}function _n(e,t,n=`language`){let r=un(e),i=fn.get(r);if(i)return hn(r,i,n);let a=sn[`./${r}.json`],o=mn.get(r);if(o)o.add(t);else if(a){let e=/* @__PURE__ */ new Set([t]);mn.set(r,e),a().then(t=>{fn.set(r,t);for(let t of e)t()},()=>fn.set(r,{}))}return gn(n)}function vn(){return _n(document.documentElement.lang,()=>{})}var yn=[`attention`,`active`,`scheduled`,`unmanaged`,`expired`],bn=20,xn=/* @__PURE__ */ new Set([`being_deleted`,`delay_in_removing_from_device`,`failed_to_delete`,`failed_to_expire`,`failed_to_remove_from_device`,`kwikset_unable_to_confirm_deletion`]);function Sn({state:e},{error_code:t,warning_code:n}){return e!==`removing`||xn.has(t??n)}function Cn(e){return[...e.errors,...e.warnings].filter(t=>Sn(e,t))}function wn(e,t){let n=e=>En({...e,message:``}),r=new Set(t.problems.map(n));return Cn(e).filter(e=>e.scope===`access_code`||!r.has(n(e)))}function Tn({lock:e,code:t}){if(!(wn(t,e).length>0))return e.online===!1?`offline`:e.problems.find(({error_code:e})=>e)??e.problems[0]}function En({scope:e,error_code:t,warning_code:n,message:r}){return JSON.stringify([e,t,n,r])}function Dn(e){return e.state===`expired`?!1:An(e)||e.state===`disabled`?e.is_managed:e.is_managed&&e.errors.some(t=>t.scope===`access_code`&&Sn(e,t))}var On=[`at_risk`,`disabled`,`expired`,`failed`,`scheduled`];function kn({state:e}){return!On.includes(e)}function An({state:e}){return e===`failed`||e===`at_risk`}function jn(e){return Dn(e)?`attention`:e.state===`expired`?`expired`:e.is_managed?e.state===`scheduled`||Mn(e)?`scheduled`:`active`:`unmanaged`}function Mn({state:e,starts_at:t}){return e===`removing`&&t!==null&&Date.parse(t)>Date.now()}function Nn({battery:e}){return e!==null&&e<=bn}function Pn(e){if(e?.online===!1)return{status:`offline`,count:0};if(!e?.codes_known)return{status:`unknown`,count:0};let t=e.codes.filter(Dn).length+e.problems.length;return t>0?{status:`problem`,count:t}:{status:`ok`,count:e.codes.filter(({state:e,is_backup:t})=>e!==`expired`&&!t).length}}function L(e){return e.name||e.access_code_id}function R(e,...t){let n=e.trim().toLocaleLowerCase();return!n||t.some(e=>e?.toLocaleLowerCase().includes(n)===!0)}function Fn(e,t){return e.flatMap(e=>{if(R(t,e.name,e.area))return[{lock:e,names:[]}];let n=e.codes.filter(e=>e.state!==`expired`&&R(t,L(e)));return n.length>0?[{lock:e,names:n.sort(zn).map(L)}]:[]})}function In(e,t,n){let r=new Map(yn.map(e=>[e,[]]));for(let n of e)R(t,L(n))&&r.get(jn(n))?.push(n);for(let[e,t]of r)t.sort((t,r)=>(n===`name`?0:Ln(e,t,r))||zn(t,r));return r}function Ln(e,t,n){let r=t=>{let n=e===`scheduled`?t.starts_at:t.ends_at;return n?Date.parse(n):2**53-1};return e===`expired`?r(n)-r(t):r(t)-r(n)}var{compare:Rn}=new Intl.Collator(void 0,{numeric:!0});function zn(e,t){return Rn(L(e),L(t))}function Bn(e){return e.flatMap(e=>e.codes.map(t=>({lock:e,code:t})))}function Vn(e){let t=/* @__PURE__ */ new Map;for(let{calendar:n,access_code_ids:r,stays:i}of e){for(let e of r)t.set(e,{calendar:n});for(let{booking:e,locks:r}of i??[])for(let{access_code_id:i}of r)i&&t.set(i,{calendar:n,booking:e})}return t}function Hn(e,t){let n=/* @__PURE__ */ new Map,r=Vn(t);for(let t of e){let e=Un(t.code,r),i=n.get(e);i?i.push(t):n.set(e,[t])}return[...n.values()]}function Un({access_code_id:e,name:t,starts_at:n,ends_at:r},i){let a=n&&new Date(n).toDateString();return JSON.stringify(t?[t,a,r,i.get(e)]:e)}function Wn(e,{lock:t,code:n},r){if(!n.is_managed)return[];let{common_code_key:i}=n,a=Vn(r),o=({access_code_id:e})=>a.get(e)?.booking,s=o(n);return Bn(e).filter(e=>e.lock.device_id!==t.device_id&&e.code.is_managed&&!e.code.is_backup&&e.code.state!==`expired`&&e.code.state!==`removing`&&(i&&e.code.common_code_key===i||s&&o(e.code)===s||Un(e.code,a)===Un(n,a)))}function Gn(e){return new Map(e.flatMap(e=>Bn([e.lock]).filter(({code:{access_code_id:t,state:n}})=>t===e.code.pulled_backup_access_code_id&&n!==`expired`&&n!==`removing`).map(t=>[t,e])))}function Kn(e){return Bn([e]).filter(({code:e})=>e.state===`expired`&&e.can.delete===!0)}function qn(e){let t=0;for(let{codes:n}of e)for(let e of n)e.is_managed||t++;return t}function Jn(e){return e.flatMap(e=>{let t=new Map(e.codes.map(e=>[e.access_code_id,e]));return e.codes.filter(e=>!e.is_managed).sort(zn).map(n=>({lock:e,code:n,sameAs:n.same_pin_as.flatMap(e=>t.get(e)??[])}))})}var Yn=3e3;function Xn(e,t){let[,n]=/\/seam_frontend\/([^/]+)\/[^/]+$/.exec(e)??[];return n!==void 0&&n!==t}function Zn(e){return new Set(e.filter(({available:e})=>!e).map(({entry_id:e})=>e))}function Qn({entries:e,locks:t}){let n=new Set(t.map(({entry_id:e})=>e));return[...Zn(e)].some(e=>!n.has(e))}function $n(e,t){if(!e)return t;let n=new Map(e.codes.map(e=>[e.access_code_id,e])),r=t.codes.map(e=>{let t=n.get(e.access_code_id);return t&&JSON.stringify(t)===JSON.stringify(e)?t:e});return{...t,codes:r}}function er(e,t=[],n=[]){if(t.length+n.length===0)return e;let r=new Map(e.map(e=>[e.subentry_id,e]));for(let n of tr(e,t))r.set(n.subentry_id,n);for(let e of n)r.delete(e);return[...r.values()]}function tr(e,t){let n=new Map(e.map(e=>[e.subentry_id,e.stays]));return t.map(e=>({...e,stays:e.stays??n.get(e.subentry_id)??null}))}function nr(e,t,n){let r=new Set(Zn(n));for(let{entry_id:e}of t)r.delete(e);return[...e].filter(({entry_id:e})=>r.has(e))}function rr(e,t){let n=new Map(e?.locks.map(e=>[e.device_id,e])),r=e=>[...e].sort((e,t)=>Rn(e.name,t.name));if(t.type===`all`){let i=new Map(t.locks.map(e=>[e.device_id,$n(n.get(e.device_id),e)])),a=nr(n.values(),t.locks,t.entries);for(let e of a)i.set(e.device_id,e);return{entries:t.entries,locks:r(i.values()),kept:new Set(a.map(({device_id:e})=>e)),stays:tr(e?.stays??[],t.stays),options:t.options,isAdmin:t.is_admin}}if(!e)return;let i=t.entries??e.entries,a=new Map(n),o=e.locks.filter(({device_id:t})=>e.kept.has(t)),s=new Set(nr(o,t.locks,i).map(({device_id:e})=>e));for(let{device_id:e}of o)s.has(e)||a.delete(e);for(let e of t.removed)a.delete(e);for(let e of t.locks)a.set(e.device_id,$n(n.get(e.device_id),e));return{...e,entries:i,kept:s,options:t.options??e.options,stays:er(e.stays,t.stays,t.removed_stays),locks:r(a.values())}}var ir=class{constructor(e,t=`en`){this.connection=e,this.language=t,this.connected=!0,this.failed=!1,this.outdated=!1,this.listeners=/* @__PURE__ */ new Set,this.attempt=0,this.subscribe=async()=>{this.attempt+=1;let e=this.attempt;this.connected=!0;let{connection:t,language:n}=this,r=()=>e===this.attempt,i=dt(t,n,r).catch(()=>{});try{let e=await t.subscribeMessage(async e=>{if(await i,!r())return;let n=ft(t,e);this.failed=!1,n.type===`all`&&(this.outdated=Xn(import.meta.url,n.version));try{this.state=rr(this.state,n)}finally{this.notify()}},{type:`seam/subscribe`},{resubscribe:!1});r()?this.unsubscribe=e:e().catch(()=>{})}catch{if(!r())return;this.failed=!0,setTimeout(()=>{r()&&this.subscribe()},Yn)}this.notify()},this.disconnected=()=>{this.attempt+=1,this.connected=!1,this.unsubscribe=void 0,this.notify()}}speak(e){e!==this.language&&(this.language=e,this.listeners.size!==0&&(this.stop(),this.start()))}listen(e){return this.listeners.add(e),this.listeners.size===1&&this.start(),()=>{this.listeners.delete(e)&&this.listeners.size===0&&this.stop()}}start(){this.connection.addEventListener(`ready`,this.subscribe),this.connection.addEventListener(`disconnected`,this.disconnected),this.connected=this.connection.connected,this.connected&&this.subscribe()}stop(){this.connection.removeEventListener(`ready`,this.subscribe),this.connection.removeEventListener(`disconnected`,this.disconnected),this.attempt+=1,this.unsubscribe?.().catch(()=>{}),this.unsubscribe=void 0}notify(){for(let e of this.listeners)e()}},ar=/* @__PURE__ */ new WeakMap;function or({connection:e,language:t}){let n=ar.get(e);return n||(n=new ir(e,un(t)),ar.set(e,n)),n.speak(un(t)),n}function z(e,t,n,r){var i=arguments.length,a=i<3?t:r===null?r=Object.getOwnPropertyDescriptor(t,n):r,o;if(typeof Reflect==`object`&&typeof Reflect.decorate==`function`)a=Reflect.decorate(e,t,n,r);else for(var s=e.length-1;s>=0;s--)(o=e[s])&&(a=(i<3?o(a):i>3?o(t,n,a):o(t,n))||a);return i>3&&a&&Object.defineProperty(t,n,a),a}var sr=class extends C{constructor(...e){super(...e),this.failed=!1,this.now=/* @__PURE__ */ new Date,this.timer=0}connectedCallback(){super.connectedCallback(),this.timer=window.setInterval(()=>{this.now=/* @__PURE__ */ new Date,this.changed()},6e4),this.hass&&this.listen()}disconnectedCallback(){super.disconnectedCallback(),window.clearInterval(this.timer),this.stopListening?.(),this.stopListening=void 0,this.store=void 0}listen(){if(!this.isConnected)return;let e=or(this.hass);e!==this.store&&(this.stopListening?.(),this.store=e,this.stopListening=e.listen(()=>this.changed()),this.changed())}changed(){if(!this.store)return;this.snapshot=this.store.state,this.failed=this.store.failed;let{hass:e}=this,t={hass:e,t:_n(e.language,()=>this.changed(),e.locale.number_format),isAdmin:this.snapshot?.isAdmin??!1,connected:this.store.connected,isCurrent:this.store.connected&&!this.failed,outdated:this.store.outdated,date:P(/* @__PURE__ */ new Date,F(e)).slice(0,10)};this.style.colorScheme=e.themes.darkMode?`dark`:`light`;let n=this.context;(n?.t!==t.t||n.isAdmin!==t.isAdmin||n.connected!==t.connected||n.isCurrent!==t.isCurrent||n.outdated!==t.outdated||n.date!==t.date||n.hass.locale!==e.locale||n.hass.entities!==e.entities||n.hass.config.time_zone!==e.config.time_zone||n.hass.connection!==e.connection)&&(this.context=t)}shouldUpdate(e){e.has(`hass`)&&(this.listen(),this.changed());let t=e.get(`hass`);return!!this.context&&([...e.keys()].some(e=>e!==`hass`)||t?.formatEntityAttributeValue!==this.hass.formatEntityAttributeValue)}};z([w({attribute:!1})],sr.prototype,`hass`,void 0),z([T()],sr.prototype,`snapshot`,void 0),z([T()],sr.prototype,`failed`,void 0),z([T()],sr.prototype,`context`,void 0),z([T()],sr.prototype,`now`,void 0);var cr=`seam-code-row, seam-stay-controls`;function lr(e){return[...e.querySelectorAll(cr)]}function ur(){let e=document.activeElement;for(;e?.shadowRoot?.activeElement;)e=e.shadowRoot.activeElement;return e}function dr(e){return!e||e===document.body||e.matches(`:disabled`)}var fr=class{constructor(e){this.host=e,e.addEventListener(`pointerdown`,e=>{e.composedPath().some(({localName:e})=>e===`dialog`)||(this.place=void 0)})}note(){let e=ur();if(!e||dr(e))return;let t,n=e;for(;n!==this.host;){if(!n||n instanceof HTMLDialogElement)return;n instanceof HTMLElement&&n.matches(cr)&&(t=n),n=n instanceof ShadowRoot?n.host:n.parentNode}let r=(t??e).getRootNode();if(!(r instanceof ShadowRoot))return;let i=t?lr(r):[],a=t?i.indexOf(t):0;this.place={element:e,root:r,id:t?.code.access_code_id,rows:[...i.slice(a),...i.slice(0,a).reverse()]}}check(){let{place:e}=this;if(!e||!dr(ur()))return;let{element:t,root:n,id:r,rows:i}=e;t.isConnected&&t.checkVisibility()&&!dr(t)||(this.place=void 0,n.host.isConnected&&((lr(n).find(({code:e})=>r&&e.access_code_id===r)??i.find(({isConnected:e})=>e))?.focus(),dr(ur())&&pr(n)))}};function pr(e){let t=e.querySelector(`h1, h2`);if(t){t.tabIndex=-1,t.focus();return}let n=e.host.getRootNode();n instanceof ShadowRoot&&pr(n)}function mr(e,t,n){let r=Array.from({length:15},(r,i)=>{let a=Ht(`${e}T00:00`,t+i).slice(0,10);return{date:a,start:Ut(a,n)}}),i=r.pop()?.start??0;return{days:r,start:r[0]?.start??0,end:i}}function hr(e,t,n){let r=yr(t,({lock:e})=>e.device_id);return e.map(e=>wr(e.device_id,e.name,r.get(e.device_id)??[],n,!0))}function gr(e,t,n){let r=Vn(n);return[...yr(e.filter(({code:e})=>Sr(e,t)),({code:{access_code_id:e,name:t}})=>JSON.stringify(t?[t,r.get(e)]:e))].flatMap(([e,t])=>t[0]?[{key:e,code:t[0].code,of:t}]:[]).sort((e,t)=>zn(e.code,t.code)).map(({key:e,code:n,of:r})=>wr(e,L(n),r,t,!1))}function _r(e,t){return e.filter(({name:e,bars:n})=>R(t,e)||n.some(e=>vr(e,t)))}function vr({entry:e},t){return R(t,e.lock.name,L(e.code))}function yr(e,t){let n=/* @__PURE__ */ new Map;for(let r of e){let e=t(r),i=n.get(e);i?i.push(r):n.set(e,[r])}return n}function br({starts_at:e}){return e?Date.parse(e):-1/0}function xr({ends_at:e}){return e?Date.parse(e):1/0}function Sr(e,{start:t,end:n}){return br(e)<n&&xr(e)>t}function Cr(e,t){return e.filter(({code:e})=>e.ends_at&&!e.is_backup&&e.state!==`expired`&&e.state!==`removing`&&Sr(e,t)).map(e=>({...e,start:Math.max(br(e.code),t.start),end:Math.min(xr(e.code),t.end)}))}function wr(e,t,n,r,i){let a=n.filter(({code:e})=>Sr(e,r)).map(e=>{let[t,n]=[br(e.code),xr(e.code)];return{entry:e,start:Math.max(t,r.start),end:Math.min(n,r.end),isEarlier:t<r.start,isLater:n>r.end,isEndless:n===1/0,lane:0,overlaps:[],gap:void 0}}).sort((e,t)=>Number(e.isEndless)-Number(t.isEndless)||e.isEndless&&Number(Dn(t.entry.code))-Number(Dn(e.entry.code))||e.start-t.start||zn(e.entry.code,t.entry.code)),o=Tr(a),s=i?a.filter(({isEndless:e})=>!e):[];for(let e of s)e.overlaps=s.filter(t=>t!==e&&t.start<e.end&&t.end>e.start).map(({entry:e})=>e);let c=Dr(i?n:[],r);for(let e of s)e.gap=c.find(({start:t})=>t===xr(e.entry.code));return{key:e,name:t,bars:a,lanes:o,overlaps:Er(s),gaps:c}}function Tr(e){let t=[];for(let n of e){let e=t.findIndex(e=>e<=n.start);n.lane=e<0?t.length:e,t[n.lane]=Math.max(n.end,n.start+N)}return t.length}function Er(e){let t=[...new Set(e.flatMap(({start:e,end:t})=>[e,t]))].sort((e,t)=>e-t);return t.map((e,n)=>({start:e,end:t[n+1]??e})).filter(({start:t,end:n})=>e.filter(e=>e.start<n&&e.end>t).length>1)}function Dr(e,t){let n=[],r=e.map(({code:e})=>({start:br(e),end:xr(e)})).filter(({end:e})=>e!==1/0).sort((e,t)=>e.start-t.start),i=-1/0;for(let{start:e,end:t}of r)i!==-1/0&&e>i&&n.push({start:i,end:e}),i=Math.max(i,t);return n.filter(({start:e,end:n})=>e<t.end&&n>t.start)}function Or(e,t,n){let r=new Map(t.map(e=>[e.device_id,e])),i=/* @__PURE__ */ new Map;return e.flatMap(e=>(e.stays??[]).map(t=>{let n=JSON.stringify([e.subentry_id,t.name,t.starts_at]),a=i.get(n)??0;return i.set(n,a+1),{key:`${n}${a}`,stays:e,stay:t,places:t.locks.map(e=>kr(e,r.get(e.device_id)))}})).filter(({stay:e,stays:t,places:r})=>R(n,e.name,t.title,...r.map(({lock:e})=>e?.name??null))).sort((e,t)=>Date.parse(e.stay.starts_at)-Date.parse(t.stay.starts_at))}function kr(e,t){let n=t?.codes.find(({access_code_id:t})=>t===e.access_code_id);return{...e,lock:t,code:n}}function Ar({stay:e,places:t}){return e.has_arrived?[]:t.filter(({verdict:e})=>e===`at_risk`)}function jr({stay:e,places:t}){return e.has_arrived?[]:t.filter(({verdict:e,reason:t})=>e===`at_risk`||t)}function Mr(e){return new Map(e.flatMap(({access_code_ids:e,title:t})=>e.map(e=>[e,t])))}function Nr({stay:e,places:t}){let n={start:Date.parse(e.starts_at),end:Date.parse(e.ends_at)};return t.flatMap(({lock:e,access_code_id:t})=>e?Cr(Bn([e]),n).filter(({code:e})=>e.access_code_id!==t):[])}var Pr=`selector.stay_reason.options.`,Fr=`${Pr}code_`,Ir=[`exceptions.`,`${Pr}codes_unknown`,`${Pr}refused`];function Lr({lock:e,code:t,reason_key:n=``}){let r=e?.problems??[];if(n.startsWith(Fr)){let e=t?Cn(t):[];return t?.state===`removing`?e[0]:[...e,...r][0]}return Ir.some(e=>n.startsWith(e))?r.find(({scope:e,error_code:t})=>e!==`device`||t):void 0}var Rr=`https://console.seam.co`,zr=3,Br={active:`good`,scheduled:`info`,setting:`info`,failed:`bad`,at_risk:`warn`,removing:`warn`,expired:``,disabled:``,unknown:``},Vr=[`failed`,`at_risk`,`unknown`,`disabled`,`setting`,`removing`,`scheduled`,`active`];function Hr(e){return Vr.find(t=>e.some(e=>e.state===t))??`expired`}function B(e){return b`<svg viewBox="0 0 24 24" aria-hidden="true"><path d=${e}></path></svg>`}function Ur(e,n=S){return b`<div class="banner" role="status">
    ${B(t)}
    <div class="text"><p>${e}</p>${n}</div>
  </div>`}function Wr({t:e,isAdmin:t},{title:n,kept:r}){return r>0?Ur(e(`stays_kept`,{name:n,count:r}),t?b`<p>${e(`stays_kept_hint`)}</p>`:S):S}function Gr(e,t,n){let{t:r,connected:i,isCurrent:a,isAdmin:o}=e,s=(t?.entries??[]).filter(({error:e})=>e&&o||t?.locks.length),c=Zn(s);return b`
    ${i?S:Ur(r(`connection_lost`))}
    ${Kr(e)}
    ${i&&!a&&t?Ur(r(`not_set_up`)):S}
    ${s.filter(({entry_id:e})=>c.has(e)&&(!n||e===n)).map(({title:e,error:t})=>Ur(t&&o?`${e}: ${t}`:r(`workspace_unavailable`,{name:e}),t?b`<p>
                ${o?r(`key_refused_hint`,{name:e}):r(`ask_admin`)}
              </p>`:S))}
  `}function Kr({t:e,outdated:t}){return t?Ur(e(`outdated`),b`<p>
      <button class="tonal" @click=${()=>location.reload()}>${e(`reload`)}</button>
    </p>`):S}function qr(e){return Br[e]??``}function Jr({t:e},t){return e(`state_${t in Br?t:`unknown`}`)}function Yr(e,t){return b`<span class="chip ${qr(t)}">${Jr(e,t)}</span>`}function Xr(e,t){return t===`ready`?b`<span class="chip good">${e.t(`verdict_ready`)}</span>`:Yr(e,t)}function Zr(e,t){let{t:n,hass:r}=e,i=e=>I(r,e,/* @__PURE__ */ new Date);return t.ends_at?t.state===`expired`?n(`ended`,{time:i(t.ends_at)}):t.starts_at&&Date.parse(t.starts_at)>Date.now()?n(`from_to`,{start:i(t.starts_at),end:i(t.ends_at)}):n(`until`,{time:i(t.ends_at)}):t.starts_at&&t.state===`scheduled`?n(`arrives`,{time:i(t.starts_at)}):n(`never_ends`)}function Qr({t:e,hass:t},n,r){if(n.length===0)return``;let i=new Intl.ListFormat(t.locale.language),a=Hn(n,r).map(n=>{let[{code:r,start:a,end:o}]=n;return e(`overlap`,{name:L(r),locks:i.format(n.map(({lock:e})=>e.name)),times:nn(t,a,o)})}),o=a.length-zr;return e(`overlaps`,{stays:i.format([...a.slice(0,zr),...o>0?[e(`overlaps_more`,{count:o})]:[]])})}function $r({t:e},t,n,r){let i=Mr(t).get(n.access_code_id);if(!i||n.state===`expired`)return``;switch(r){case`edit`:case`extend`:case`end`:return e(`from_stays_edit`,{name:i});case`release`:return e(`from_stays_release`,{name:i});case`delete`:return e(`from_stays_delete`,{name:i});default:return``}}function ei(e,t){e.dispatchEvent(new CustomEvent(`seam-action`,{detail:t,bubbles:!0,composed:!0}))}function ti(e,t){e.dispatchEvent(new CustomEvent(`seam-announce`,{detail:t,bubbles:!0,composed:!0}))}function ni(n,r,i,a,o,s=[i]){return a.map(a=>b`
      <div class="banner ${a.error_code?`bad`:``}">
        ${B(a.error_code?e:t)}
        <div class="text">
          <p><bdi>${a.message}</bdi></p>
          ${a.advice?b`<p class="secondary">${a.advice}</p>`:S}
          ${ai(n,r,i,a,o,s)}
        </div>
      </div>
    `)}function ri({t:e,isAdmin:t},n){return t||n.every(({scope:e,remedies:t})=>(e===`device`||e===`bridge`)&&t.every(e=>e===`refresh_lock`))?S:b`<p class="secondary ask-admin">${e(`ask_admin`)}</p>`}var ii={found_codes:`/seam/found`,reconnect_account:Rr};function ai(e,{t,hass:n,isAdmin:r,connected:i},a,o,s,c){if(!r)return S;let l=a.codes.find(({access_code_id:e})=>e===o.other_access_code_id),u={add:{action:`add`,lock:a},allow_changes:s&&{action:`allow_changes`,lock:a,code:s},convert_other:l&&!l.is_managed&&{action:`convert`,lock:a,code:l},delete:s&&{action:`delete`,lock:a,code:s},delete_expired:{action:`delete_expired`,lock:a},delete_other:l&&{action:`delete`,lock:a,code:l},edit:s&&{action:`edit`,lock:a,code:s},new_pin:s&&{action:`new_pin`,lock:a,code:s},pull_backup:s&&{action:`pull_backup`,lock:a,code:s},refresh_lock:{action:`refresh_lock`,lock:a,locks:c}},d=o.remedies.flatMap(r=>{let a=ii[r];if(a===Rr)return b`<a class="button tonal" href=${a} target="_blank" rel="noreferrer"
        >${t(`remedy_${r}`)}</a
      >`;if(a)return`seam`in n.panels?b`<a class="button tonal" href=${a}>${t(`remedy_${r}`)}</a>`:[];let o=u[r];return o?b`<button
      class="tonal"
      ?disabled=${!i}
      @click=${()=>ei(e,o)}
    >
      ${t(`remedy_${r}`,{name:l?L(l):``})}
    </button>`:[]});return d.length>0?b`<p class="remedies">${d}</p>`:S}function oi(e,t,n,r){return e<8&&!n?S:b`<div class="tools">${li(t,n,r)}</div>`}function si(e){return b`<p class="box empty" role="status">${e}</p>`}function ci(e,t,n){return t?b`<button @click=${n}>${e(`show_more`)}</button>`:S}function li(e,t,n){return b`<label class="search">
    ${B(`M9.5,3A6.5,6.5 0 0,1 16,9.5C16,11.11 15.41,12.59 14.44,13.73L14.71,14H15.5L20.5,19L19,20.5L14,15.5V14.71L13.73,14.44C12.59,15.41 11.11,16 9.5,16A6.5,6.5 0 0,1 3,9.5A6.5,6.5 0 0,1 9.5,3M9.5,5C7,5 5,7 5,9.5C5,12 7,14 9.5,14C12,14 14,12 14,9.5C14,7 12,5 9.5,5Z`)}
    <span class="visually-hidden">${e}</span>
    <input
      type="search"
      placeholder=${e}
      autocomplete="off"
      .value=${t}
      @input=${e=>n(e.target.value)}
    />
  </label>`}function V(e){return t=>{customElements.get(e)||customElements.define(e,t)}}async function ui(e,t){let n=async()=>{let t=await e;if(!t)throw Error(`There is nothing to copy`);return new Blob([t],{type:`text/plain`})};try{return await navigator.clipboard.write([new ClipboardItem({"text/plain":n()})]),!0}catch{let n=await e;return n?di(n,t):!1}}function di(e,t){let n=document.createElement(`textarea`);n.value=e,n.style.position=`fixed`,n.style.opacity=`0`;let r=ur();(t.shadowRoot??t).append(n),n.focus(),n.select();try{return n.matches(`:focus`)&&document.execCommand(`copy`)}catch{return!1}finally{n.remove(),r?.focus()}}var fi=v`
  .search {
    flex: 1 1 180px;
    display: flex;
    align-items: center;
    position: relative;
  }
  .search svg {
    position: absolute;
    inset-inline-start: 12px;
    color: var(--secondary-text-color);
    pointer-events: none;
  }
  .tools :is(input, select) {
    height: 44px;
    max-width: 100%;
    border: 1px solid var(--divider-color);
    border-radius: 22px;
    background: var(--card-background-color);
    padding: 0 16px;
  }
  .tools input {
    width: 100%;
    padding-inline-start: 44px;
    font-size: 1rem;
  }
  .box.empty {
    padding: 16px;
  }
  .tools select {
    max-width: 200px;
  }
`,H=v`
  :host {
    color: var(--primary-text-color);
    --seam-radius: var(--ha-card-border-radius, 12px);
    --seam-gap: 16px;
    /* Home Assistant's error color is too light for text. */
    --seam-error-text: color-mix(
      in srgb,
      var(--error-color, #db4437) 72%,
      var(--primary-text-color)
    );
  }
  * {
    box-sizing: border-box;
  }
  [hidden] {
    display: none !important;
  }
  h1,
  h2,
  h3,
  p,
  ul {
    margin: 0;
    padding: 0;
  }
  ul {
    list-style: none;
  }
  h2 {
    font-size: 1rem;
    font-weight: 500;
  }
  /* "Today", from a formatter that does not know where the text stands. */
  .times::first-letter {
    text-transform: uppercase;
  }
  svg {
    width: 24px;
    height: 24px;
    fill: currentcolor;
    flex: none;
    display: block;
  }
  button,
  input,
  select {
    font: inherit;
    color: inherit;
  }
  /* The browser's own arrow touches a round border. */
  select {
    appearance: none;
    padding-inline-end: 34px !important;
    background-image:
      linear-gradient(45deg, transparent 50%, currentcolor 50%),
      linear-gradient(-45deg, transparent 50%, currentcolor 50%) !important;
    background-position:
      right 19px top 50%,
      right 14px top 50% !important;
    background-size: 5px 5px !important;
    background-repeat: no-repeat !important;
  }
  select:dir(rtl) {
    background-position:
      left 14px top 50%,
      left 19px top 50% !important;
  }
  /* Texts and names may be of a language with the other direction. */
  :host(:dir(rtl)) {
    text-align: right;
  }
  :is(h1, h2, h3, p, span, small, label, button, a, td, div):dir(rtl) {
    unicode-bidi: plaintext;
  }
  button,
  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 8px;
    min-height: 40px;
    padding: 8px 16px;
    border: 0;
    border-radius: 20px;
    background: none;
    color: var(--seam-action-color, var(--primary-text-color));
    font-weight: 500;
    text-decoration: none;
    cursor: pointer;
    -webkit-tap-highlight-color: transparent;
  }
  button:hover:not(:disabled, [aria-disabled="true"]),
  .button:hover {
    background: color-mix(in srgb, currentcolor 8%, transparent);
  }
  button:disabled {
    opacity: 0.5;
    cursor: default;
  }
  button svg {
    width: 20px;
    height: 20px;
  }
  button.filled {
    background: var(--seam-filled, #0b6b8f);
    color: #fff;
  }
  button.filled:hover:not(:disabled) {
    background: color-mix(in srgb, var(--seam-filled, #0b6b8f) 88%, black);
  }
  button.filled.danger {
    --seam-filled: #b3261e;
  }
  button.tonal,
  .button.tonal {
    background: color-mix(in srgb, var(--primary-color) 16%, transparent);
  }
  button.tonal:hover:not(:disabled),
  .button.tonal:hover {
    background: color-mix(in srgb, var(--primary-color) 26%, transparent);
  }
  button.icon {
    width: 40px;
    padding: 0;
    flex: none;
    color: var(--secondary-text-color);
  }
  button.icon svg {
    width: 24px;
    height: 24px;
  }
  :focus-visible {
    outline: 2px solid var(--primary-color);
    outline-offset: 2px;
  }
  .box {
    background: var(--ha-card-background, var(--card-background-color));
    border: var(--ha-card-border-width, 1px) solid
      var(--ha-card-border-color, var(--divider-color));
    border-radius: var(--seam-radius);
    overflow: hidden;
  }
  .section {
    display: flex;
    align-items: baseline;
    gap: 8px;
    padding: 14px 16px 6px;
  }
  .section h2 {
    flex: 1;
  }
  .secondary {
    color: var(--secondary-text-color);
    font-size: 0.875rem;
  }
  .box > .ask-admin {
    padding: 0 16px 6px;
  }
  .empty {
    padding: 8px 16px 16px;
    color: var(--secondary-text-color);
    font-size: 0.875rem;
  }
  .cut {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .chip {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    padding: 2px 10px 2px 8px;
    border-radius: 12px;
    font-size: 0.875rem;
    line-height: 20px;
    white-space: nowrap;
    --tone: var(--disabled-text-color, #888);
    background: color-mix(in srgb, var(--tone) 14%, transparent);
  }
  .chip::before {
    content: "";
    width: 8px;
    height: 8px;
    border-radius: 50%;
    background: var(--tone);
  }
  .chip.good {
    --tone: var(--success-color, #43a047);
  }
  .chip.info {
    --tone: var(--info-color, #039be5);
  }
  .chip.warn {
    --tone: var(--warning-color, #ffa600);
  }
  .chip.bad {
    --tone: var(--error-color, #db4437);
  }
  .chip.plain::before {
    display: none;
  }
  .chip.plain {
    padding-inline-start: 10px;
  }
  .banner {
    display: flex;
    gap: 12px;
    padding: 12px 16px;
    border-radius: var(--seam-radius);
    align-items: flex-start;
    --tone: var(--warning-color, #ffa600);
    background: color-mix(
      in srgb,
      var(--tone) 14%,
      var(--ha-card-background, var(--card-background-color))
    );
    overflow-wrap: anywhere;
  }
  .banner > svg {
    color: var(--tone);
  }
  .remedies {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  /* Below the icon, there is room for two. */
  @media (max-width: 600px) {
    .banner > svg + .text .remedies {
      margin-inline-start: -36px;
    }
  }
  .banner.bad {
    --tone: var(--error-color, #db4437);
  }
  .banner .tonal {
    margin-block-start: 4px;
    background: var(--ha-card-background, var(--card-background-color));
  }
  .banner .text {
    flex: 1;
    min-width: 0;
    display: grid;
    gap: 4px;
  }
  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  /* Without a gap, but not hidden: screen readers must know it before it has a text. */
  :is([role="status"], [aria-live]):empty {
    position: absolute;
  }
  .spinner {
    width: 20px;
    height: 20px;
    border: 2px solid color-mix(in srgb, currentcolor 25%, transparent);
    border-top-color: currentcolor;
    border-radius: 50%;
    flex: none;
    animation: spin 1s linear infinite;
  }
  /* In a text. */
  .link {
    color: inherit;
  }
  /* Fingers need targets of this height. */
  @media (pointer: coarse), (max-width: 600px) {
    :is(
      button,
      .button,
      summary,
      select,
      input:not([type="checkbox"], [type="radio"]),
      label:has([type="checkbox"], [type="radio"]),
      .link
    ) {
      min-height: 44px;
    }
    button.icon {
      width: 44px;
    }
    .link {
      display: inline-flex;
      align-items: center;
      max-width: 100%;
      /* The lines stay as far apart as they are, also those of a long name. */
      padding-block: 12px;
      margin-block: -12px;
    }
  }
  @keyframes spin {
    to {
      rotate: 1turn;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    * {
      transition: none !important;
      animation: none !important;
    }
  }
`,pi=v`
  .toast {
    position: fixed;
    z-index: 10;
    inset-block-end: calc(24px + env(safe-area-inset-bottom, 0px));
    inset-inline: 16px;
    margin-inline: auto;
    width: fit-content;
    max-width: 560px;
    padding: 14px 20px;
    border-radius: 12px;
    background: #323232;
    color: #fff;
    overflow-wrap: anywhere;
    pointer-events: none;
    opacity: 0;
    transition: opacity 150ms;
    box-shadow: 0 4px 12px rgb(0 0 0 / 30%);
  }
  .toast[data-shown] {
    pointer-events: auto;
    opacity: 1;
  }
`,mi=12e4,U=class extends C{constructor(...e){super(...e),this.pin=``,this.label=``,this.note=``,this.isShown=!0,this.isBusy=!1,this.timer=0}disconnectedCallback(){super.disconnectedCallback(),window.clearTimeout(this.timer),this.isShown=!1}willUpdate(e){e.has(`pin`)&&this.show()}render(){let{t:e,connected:t}=this.context;return b`
      <p class="secondary"><bdi>${this.label}</bdi></p>
      ${this.isShown?b`<output aria-label=${this.label}>${this.pin}</output>
              <div class="buttons">
                <button class="tonal" @click=${()=>this.copy(this.pin,`copied`)}>
                  ${B(o)} ${e(`copy`)}
                </button>
                ${`share`in navigator?b`<button class="tonal" @click=${this.share}>
                        ${B(`M18 16.08C17.24 16.08 16.56 16.38 16.04 16.85L8.91 12.7C8.96 12.47 9 12.24 9 12S8.96 11.53 8.91 11.3L15.96 7.19C16.5 7.69 17.21 8 18 8C19.66 8 21 6.66 21 5S19.66 2 18 2 15 3.34 15 5C15 5.24 15.04 5.47 15.09 5.7L8.04 9.81C7.5 9.31 6.79 9 6 9C4.34 9 3 10.34 3 12S4.34 15 6 15C6.79 15 7.5 14.69 8.04 14.19L15.16 18.34C15.11 18.55 15.08 18.77 15.08 19C15.08 20.61 16.39 21.91 18 21.91S20.92 20.61 20.92 19C20.92 17.39 19.61 16.08 18 16.08M18 4C18.55 4 19 4.45 19 5S18.55 6 18 6 17 5.55 17 5 17.45 4 18 4M6 13C5.45 13 5 12.55 5 12S5.45 11 6 11 7 11.45 7 12 6.55 13 6 13M18 20C17.45 20 17 19.55 17 19S17.45 18 18 18 19 18.45 19 19 18.55 20 18 20Z`)} ${e(`share`)}
                      </button>`:b`<button class="tonal" @click=${()=>this.copy(this.message(this.pin),`message_copied`)}>
                        ${B(`M20,2A2,2 0 0,1 22,4V16A2,2 0 0,1 20,18H6L2,22V4C2,2.89 2.9,2 4,2H20M4,4V17.17L5.17,16H20V4H4M6,7H18V9H6V7M6,11H15V13H6V11Z`)} ${e(`copy_message`)}
                      </button>`}
              </div>`:b`<span class="digits" aria-hidden="true">••••</span>
              <button
                class="tonal"
                ?disabled=${this.isBusy||!t}
                @click=${this.reveal}
              >
                ${B(c)} ${e(`show_pin`)}
              </button>`}
      <p class="secondary" role="status">${this.note}</p>
    `}focus(){this.renderRoot.querySelector(`button`)?.focus()}show(){this.isShown=!0,window.clearTimeout(this.timer),this.timer=window.setTimeout(()=>void this.hide(),mi)}async hide(){let e=this.shadowRoot?.activeElement;this.isShown=!1,this.note=``,await this.updateComplete,e&&this.focus()}async reveal(){if(!this.isBusy){this.isBusy=!0,this.note=``;try{let{pin:e,isFresh:t}=await this.read();e&&(this.pin=e,this.show(),t||(this.note=this.context.t(`pin_not_fresh`)))}catch(e){this.note=O(e,this.context.t)}finally{this.isBusy=!1}await this.updateComplete,this.focus()}}async copy(e,t){let{t:n}=this.context;this.note=``,await this.updateComplete,this.note=n(await ui(e,this)?t:`copy_failed`)}share(){navigator.share({text:this.message(this.pin)}).catch(()=>{})}static{this.styles=[H,v`
      :host {
        display: grid;
        justify-items: center;
        gap: 8px;
        padding: 16px;
        border-radius: 16px;
        text-align: center;
        background: color-mix(in srgb, var(--primary-color) 10%, transparent);
      }
      output,
      .digits {
        font-size: 2.25rem;
        font-weight: 500;
        letter-spacing: 0.15em;
        margin-inline-end: -0.15em;
        font-variant-numeric: tabular-nums;
        user-select: all;
        direction: ltr;
      }
      .buttons {
        display: flex;
        flex-wrap: wrap;
        justify-content: center;
        gap: 8px;
      }
    `]}};z([w({attribute:!1})],U.prototype,`context`,void 0),z([w({attribute:!1})],U.prototype,`pin`,void 0),z([w({attribute:!1})],U.prototype,`label`,void 0),z([w({attribute:!1,hasChanged:()=>!1})],U.prototype,`message`,void 0),z([w({attribute:!1,hasChanged:()=>!1})],U.prototype,`read`,void 0),z([T()],U.prototype,`note`,void 0),z([T()],U.prototype,`isShown`,void 0),z([T()],U.prototype,`isBusy`,void 0),U=z([V(`seam-pin`)],U);function hi({t:e,hass:t},n,r,i,a){let o={name:n,pin:i,locks:new Intl.ListFormat(t.locale.language).format(r.map(e=>e.name))},{starts_at:s,ends_at:c}=a;if(!s||!c)return e(`share_text`,o);let l=/* @__PURE__ */ new Date(0),u=e=>I(t,e,l,t.config.time_zone);return e(`share_text_stay`,{...o,start:u(s),end:u(c)})}var gi=`seamDialog`;function _i({key:e}){return e===`outcome_waiting`}function vi(e,t){let n=O(e,t);return e instanceof E&&e.isUncertain?{key:`outcome_uncertain`,tone:``,reason:n}:{key:`outcome_failed`,tone:`bad`,reason:n}}var W=class extends C{constructor(...e){super(...e),this.isBusy=!1,this.error=``,this.isClosed=!1,this.sender=null,this.historyId=Math.random(),this.goneBack=()=>{this.isInHistory||(this.mustStay?this.addToHistory():this.close())}}connectedCallback(){super.connectedCallback(),window.addEventListener(`popstate`,this.goneBack),this.hasUpdated&&(this.dialog.open=!1,this.dialog.showModal())}disconnectedCallback(){super.disconnectedCallback(),window.removeEventListener(`popstate`,this.goneBack),this.showsPin&&this.closed()}firstUpdated(){this.dialog.showModal(),this.addToHistory()}willUpdate(e){e.has(`isBusy`)&&this.isBusy&&(this.sender=ur())}updated(e){if(!e.has(`isBusy`)||this.isBusy||!this.isShown)return;let t=this.renderRoot.querySelector(`[aria-invalid]`);t?t.focus():dr(ur())&&this.sender?.focus()}addToHistory(){history.pushState({[gi]:this.historyId},``)}get isInHistory(){return history.state?.[gi]===this.historyId}async sendAll(e){let t=e=>{this.hasWaiting&&e.preventDefault()};window.addEventListener(`beforeunload`,t),this.isBusy=!0;try{return await e()}finally{this.isBusy=!1,window.removeEventListener(`beforeunload`,t)}}get hasWaiting(){return!1}renderKeepOpen(){return this.hasWaiting?b`<p>${this.context.t(`keep_open`)}</p>`:S}get showsPin(){return!1}get mustStay(){return this.isBusy}get isOpen(){return!this.isClosed}get isShown(){return this.isConnected&&this.dialog.open}showError(e){let t=O(e,this.context.t);this.isShown?this.error=t:this.announce(t)}close(){this.dialog.close()}closed(){this.isClosed||(this.isClosed=!0,this.isInHistory&&history.back(),this.dispatchEvent(new CustomEvent(`seam-closed`)))}frame(e,t,n){let{t:r,connected:i,outdated:a}=this.context;return b`
      <dialog
        aria-labelledby="title"
        @close=${this.closed}
        @cancel=${e=>{this.mustStay&&e.preventDefault()}}
      >
        <div class="top">
          <h1 id="title"><bdi>${e}</bdi></h1>
          <button
            class="icon"
            aria-label=${r(`close`)}
            ?disabled=${this.mustStay}
            @click=${this.close}
          >
            ${B(`M19,6.41L17.59,5L12,10.59L6.41,5L5,6.41L10.59,12L5,17.59L6.41,19L12,13.41L17.59,19L19,17.59L13.41,12L19,6.41Z`)}
          </button>
        </div>
        <div class="content">
          <div role="alert">
            ${i?``:b`<p class="banner">${r(`connection_lost`)}</p>`}
            ${a?b`<p class="banner">${r(`outdated`)}</p>`:``}
            ${this.error?b`<p class="banner bad"><bdi>${this.error}</bdi></p>`:``}
          </div>
          ${t}
        </div>
        <div class="bottom">${n}</div>
      </dialog>
    `}static{this.styles=[H,v`
      dialog {
        width: min(560px, 100vw - 32px);
        max-height: min(100dvh - 48px, 900px);
        padding: 0;
        border: 0;
        border-radius: 24px;
        background: var(--ha-card-background, var(--card-background-color));
        color: var(--primary-text-color);
        font-family: var(--ha-font-family-body, inherit);
      }
      dialog[open] {
        display: flex;
        flex-direction: column;
        overflow: hidden;
      }
      dialog::backdrop {
        background: rgb(0 0 0 / 45%);
      }
      .top {
        display: flex;
        align-items: center;
        gap: 8px;
        padding: 16px 16px 8px 24px;
        padding-inline: 24px 16px;
      }
      h1 {
        flex: 1;
        font-size: 1.375rem;
        font-weight: 400;
        overflow-wrap: anywhere;
        display: -webkit-box;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 3;
        overflow: hidden;
      }
      .content {
        display: grid;
        gap: 16px;
        padding: 4px 24px 16px;
        overflow-y: auto;
        overflow-wrap: anywhere;
      }
      [role="alert"] {
        display: grid;
        gap: 8px;
      }
      [role="alert"]:not(:has(p)) {
        position: absolute;
      }
      .bottom {
        display: flex;
        flex-wrap: wrap;
        justify-content: flex-end;
        gap: 8px;
        padding: 12px 24px 20px;
      }
      @media (max-width: 480px) {
        dialog {
          width: 100vw;
          max-width: 100vw;
          max-height: calc(100dvh - 24px);
          margin-block-end: 0;
          border-end-start-radius: 0;
          border-end-end-radius: 0;
        }
        .bottom {
          padding-block-end: max(16px, env(safe-area-inset-bottom));
        }
      }
    `]}};z([w({attribute:!1})],W.prototype,`context`,void 0),z([w({attribute:!1})],W.prototype,`snapshot`,void 0),z([w({attribute:!1})],W.prototype,`announce`,void 0),z([T()],W.prototype,`isBusy`,void 0),z([T()],W.prototype,`error`,void 0),z([st(`dialog`)],W.prototype,`dialog`,void 0);var yi=class extends W{constructor(...e){super(...e),this.backupId=``,this.read=()=>wt(this.context.hass,this.lock,{access_code_id:this.backupId})}get showsPin(){return this.pin!==void 0}render(){let{context:e,lock:t,code:n,pin:r}=this,{t:i}=e,a={name:L(n),lock:t.name};return r?this.frame(L(n),b`<seam-pin
          .context=${e}
          .pin=${r}
          .label=${i(`backup_done`,a)}
          .message=${r=>hi(e,L(n),[t],r,n)}
          .read=${this.read}
        ></seam-pin>`,b`<button class="filled" @click=${this.close}>${i(`done`)}</button>`):this.frame(i(`backup_title`,a),b`<p>${i(`backup_text`,a)}</p>`,b`
        <button ?disabled=${this.isBusy} @click=${this.close}>${i(`cancel`)}</button>
        <button
          class="filled"
          ?disabled=${this.isBusy||!e.connected}
          @click=${this.pull}
        >
          ${this.isBusy?b`<span class="spinner"></span>`:``} ${i(`use_backup`)}
        </button>
      `)}async pull(){if(this.isBusy)return;this.isBusy=!0,this.error=``;let{hass:e,t}=this.context;try{let n=await D(e,`pull_backup`,this.lock,this.code);this.pin=n.code??void 0,this.backupId=n.access_code_id??``,this.pin||(this.error=n.reason??t(`unexpected_error`))}catch(e){this.showError(e)}finally{this.isBusy=!1}}};z([w({attribute:!1})],yi.prototype,`lock`,void 0),z([w({attribute:!1})],yi.prototype,`code`,void 0),z([T()],yi.prototype,`pin`,void 0),yi=z([V(`seam-backup-dialog`)],yi);var G=Et(class extends Dt{constructor(e){if(super(e),e.type!==k.PROPERTY&&e.type!==k.ATTRIBUTE&&e.type!==k.BOOLEAN_ATTRIBUTE)throw Error("The `live` directive is not allowed on child or event bindings");if(!At(e))throw Error("`live` bindings can only contain a single expression")}render(e){return e}update(e,[t]){if(t===x||t===S)return t;let n=e.element,r=e.name;if(e.type===k.PROPERTY){if(t===n[r])return x}else if(e.type===k.BOOLEAN_ATTRIBUTE){if(!!t===n.hasAttribute(r))return x}else if(e.type===k.ATTRIBUTE&&n.getAttribute(r)===t+``)return x;return Ft(e),t}});function bi(e){switch(e){case`failed`:case`not_convertible`:return{key:`outcome_${e}`,tone:`bad`};case`pending`:return{key:`outcome_pending`,tone:``};case`converted`:case`deleted`:return{key:`outcome_${e}`,tone:`good`};default:return{key:`outcome_success`,tone:`good`}}}var xi=class extends W{constructor(...e){super(...e),this.entries=[],this.kind=`convert`,this.outcomes=/* @__PURE__ */ new Map,this.phase=`preview`,this.isAllowed=!1}get mustStay(){return this.phase===`ready`&&this.isBusy}firstUpdated(){super.firstUpdated(),this.updateComplete.then(()=>this.preview())}show(e,t){this.outcomes=new Map(this.outcomes).set(e.code.access_code_id,t)}get possible(){return this.entries.filter(({code:e})=>this.outcomes.get(e.access_code_id)?.tone===`info`)}async preview(){let{t:e,hass:t}=this.context,{entries:n,kind:r}=this,i=r===`convert`?`outcome_not_convertible`:`outcome_not_deletable`,a=r===`convert`?`outcome_would_convert`:`outcome_would_delete`,o=[];for(let t of n){let s=r===`convert`&&n.length>1&&t.lock.online===!1?e(`is_offline`,{lock:t.lock.name}):t.code.can[r];r===`convert`&&s===!0?o.push(t):this.show(t,{key:s===!0?a:i,tone:s===!0?`info`:`bad`,reason:s===!0?void 0:s})}if(o.length>0){this.isBusy=!0,this.error=``;try{let n=await bt(t,`preview`,{kind:r,entity_ids:[...new Set(o.map(({lock:e})=>e.entity_id))]});for(let t of o){let r=n[t.lock.entity_id],o=r?.access_codes?.find(({access_code_id:e})=>e===t.code.access_code_id),s=o?.outcome===`would_convert`;this.show(t,{key:s?a:i,tone:s?`info`:`bad`,reason:r?.error??o?.reason??(o?void 0:e(`no_such_code`))})}}catch(e){this.showError(e);return}finally{this.isBusy=!1}}this.phase=`ready`}get hasCanary(){return this.kind===`convert`&&this.possible.length>1}async start(){let{possible:e}=this,{t,hass:n}=this.context;this.isBusy=!0;try{await bt(n,`conversion/start`,{entity_ids:[...new Set(e.map(({lock:e})=>e.entity_id))],access_code_ids:e.map(({code:e})=>e.access_code_id),...this.isAllowed?{allow_external_modification:!0}:{}}),this.isBusy=!1,this.close(),this.announce(t(`conversion_started`))}catch(e){this.isBusy=!1,this.showError(e)}}async run(){this.phase!==`ready`||this.isBusy||(this.hasCanary?await this.start():(this.phase=`running`,await this.sendAll(()=>this.send()),this.phase=`done`,this.isShown||this.announce(this.result())))}get hasWaiting(){return[...this.outcomes.values()].some(_i)}async send(){let{possible:e,kind:t}=this,{t:n,hass:r}=this.context;for(let t of e)this.show(t,{key:`outcome_waiting`,tone:``});for(let i of e){let e=this.changedState(i);if(e){let t=Jr(this.context,e);this.show(i,{key:`outcome_not_done`,tone:`bad`,reason:t})}else{this.show(i,{key:`outcome_running`,tone:`info`});try{let e=await D(r,t,i.lock,i.code,t===`convert`&&this.isAllowed?{allow_external_modification:!0}:{}),n=e.access_codes?.[0]??e;this.show(i,{...bi(n.outcome),reason:n.reason})}catch(e){if(this.show(i,vi(e,n)),e instanceof E&&e.lost)break}}}for(let t of e)this.outcomes.get(t.code.access_code_id)?.key===`outcome_waiting`&&this.show(t,{key:`outcome_not_done`,tone:`bad`})}changedState({lock:e,code:t}){if(this.kind!==`delete`||t.state!==`expired`)return;let n=this.snapshot.locks.find(({device_id:t})=>t===e.device_id)?.codes.find(({access_code_id:e})=>e===t.access_code_id)?.state;return n===`expired`||n===`removing`?void 0:n}get text(){return this.kind===`convert`?`convert_text`:this.entries.some(({code:e})=>kn(e))?`delete_many_text`:`delete_idle_text`}result(){let e=[...this.outcomes.values()].filter(({tone:e})=>e===`good`).length;return this.context.t(`result_of`,{done:e,count:this.entries.length})}leftOut(){let{t:e,hass:t}=this.context,{entries:n,possible:r,kind:i}=this,a=n.filter(e=>!r.includes(e));if(a.length===0)return S;let o=new Intl.ListFormat(t.locale.language,{type:`unit`});return b`<p>
      <bdi>
        ${e(i===`convert`?`convert_left_out`:`delete_left_out`,{count:a.length,names:o.format(new Set(a.map(({code:e})=>L(e))))})}
      </bdi>
    </p>`}render(){let{t:e,connected:t}=this.context,{kind:n,phase:r,entries:i,possible:a}=this,o=r===`ready`&&a.length||i.length,s=r===`running`,c=n===`convert`,l=r===`done`?e(c?`conversion_done`:`deletion_done`):s?e(c?`converting`:`deleting`):e(c?`convert_title`:`delete_many_title`,{count:o}),u=r===`preview`||r===`ready`;return this.frame(l,b`
        ${u?b`<p>${e(this.text,{count:o})}</p>`:S}
        ${r===`ready`?this.leftOut():S}
        ${this.hasCanary&&r===`ready`?b`<p>${e(`convert_canary`)}</p>`:S}
        <ul>
          ${i.map(({lock:t,code:n})=>{let r=this.outcomes.get(n.access_code_id);return b`<li>
              <span class="text">
                <span class="cut"><bdi>${L(n)}</bdi></span>
                <span class="secondary"><bdi>${t.name}</bdi></span>
              </span>
              ${r||!this.error?b`<span class="chip ${r?.tone??``}"
                      >${e(r?.key??`checking`)}</span
                    >`:S}
              ${r?.reason?b`<p class="secondary"><bdi>${r.reason}</bdi></p>`:S}
            </li>`})}
        </ul>
        ${n===`convert`&&r===`ready`?b`<label class="check">
                <input
                  type="checkbox"
                  .checked=${G(this.isAllowed)}
                  @change=${e=>{this.isAllowed=e.target.checked}}
                />
                ${e(`convert_allow`)}
              </label>`:S}
        <p role="status" class="secondary">${s||r===`done`?this.result():S}</p>
        <div role="status">${this.renderKeepOpen()}</div>
      `,r===`done`?b`<button class="filled" @click=${this.close}>${e(`done`)}</button>`:b`
            <button @click=${this.close}>${e(s?`close`:`cancel`)}</button>
            ${r===`preview`&&this.error?b`<button
                    class="filled"
                    ?disabled=${!t}
                    @click=${this.preview}
                  >
                    ${e(`retry`)}
                  </button>`:b`<button
                    class="filled ${n===`delete`?`danger`:``}"
                    ?disabled=${r!==`ready`||this.isBusy||a.length===0||!t}
                    @click=${this.run}
                  >
                    ${s?b`<span class="spinner"></span>
                            ${l}`:e(n)}
                  </button>`}
          `)}static{this.styles=[...W.styles,v`
      li {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 2px 12px;
        padding: 10px 0;
      }
      li + li {
        border-top: 1px solid var(--divider-color);
      }
      li p {
        width: 100%;
      }
      .text {
        flex: 1;
        min-width: 0;
        display: grid;
      }
      .check {
        display: flex;
        gap: 12px;
        align-items: center;
        cursor: pointer;
      }
      .check input {
        width: 20px;
        height: 20px;
        margin: 0;
        accent-color: var(--primary-color);
      }
    `]}};z([w({attribute:!1})],xi.prototype,`entries`,void 0),z([w({attribute:!1})],xi.prototype,`kind`,void 0),z([T()],xi.prototype,`outcomes`,void 0),z([T()],xi.prototype,`phase`,void 0),z([T()],xi.prototype,`isAllowed`,void 0),xi=z([V(`seam-batch-dialog`)],xi);var Si=v`
  form {
    display: grid;
    gap: 16px;
  }
  .field {
    display: grid;
    gap: 6px;
    min-width: 0;
  }
  label,
  legend,
  .label {
    font-size: 0.875rem;
    padding: 0;
  }
  fieldset {
    border: 0;
    margin: 0;
    padding: 0;
    min-width: 0;
  }
  legend {
    margin-block-end: 6px;
  }
  input:not([type="checkbox"], [type="radio"], [type="search"]),
  select {
    width: 100%;
    min-height: 48px;
    padding: 8px 12px;
    border: 1px solid
      var(--outline-color, color-mix(in srgb, currentcolor 45%, transparent));
    border-radius: 8px;
    background: transparent;
  }
  [aria-invalid="true"] {
    border-color: var(--error-color) !important;
  }
  .error {
    font-size: 0.875rem;
    color: var(--seam-error-text);
  }
  /* Screen readers only announce texts in elements that were there before. */
  .error.none {
    position: absolute;
  }
  .hint {
    font-size: 0.875rem;
  }
  .bottom .hint {
    flex-basis: 100%;
    overflow-wrap: anywhere;
  }
  /* Several names may be long. */
  .bottom .hint p {
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 3;
    overflow: hidden;
  }
  .pin {
    font-size: 1.25rem;
    letter-spacing: 0.12em;
    font-variant-numeric: tabular-nums;
  }
  .inputs {
    display: grid;
    grid-template-columns: 1fr 1fr;
    gap: 12px;
  }
  .inputs + p:empty {
    display: none;
  }
  .tools {
    margin-block-end: 8px;
  }
  .checks {
    display: grid;
  }
  /* Half a row shows that there are more. */
  .checks.many {
    max-height: calc(5.5 * 44px);
    overflow-y: auto;
    border: 1px solid var(--divider-color);
    border-radius: 8px;
    padding: 0 12px;
  }
  .check {
    display: flex;
    gap: 12px;
    align-items: flex-start;
    padding: 10px 0;
    font-size: 1rem;
    cursor: pointer;
  }
  .check input {
    width: 20px;
    height: 20px;
    margin: 2px 0;
    flex: none;
    accent-color: var(--primary-color);
  }
  .offline {
    font-size: 0.875rem;
    color: var(--seam-error-text);
  }
  small {
    display: block;
    font-size: 0.875rem;
    color: var(--secondary-text-color);
  }
  .segments {
    display: flex;
    border: 1px solid
      var(--outline-color, color-mix(in srgb, currentcolor 45%, transparent));
    border-radius: 22px;
    overflow: hidden;
  }
  .segments label {
    flex: 1;
    position: relative;
    display: grid;
    text-align: center;
    cursor: pointer;
  }
  .segments input {
    position: absolute;
    inset: 0;
    opacity: 0;
    margin: 0;
    cursor: pointer;
  }
  .segments span {
    padding: 10px 8px;
    display: grid;
    place-items: center;
    line-height: 1.2;
  }
  .segments label + label span {
    border-inline-start: 1px solid
      var(--outline-color, color-mix(in srgb, currentcolor 45%, transparent));
  }
  .segments :checked + span {
    background: color-mix(in srgb, var(--primary-color) 22%, transparent);
    font-weight: 500;
  }
  .segments :focus-visible + span {
    outline: 2px solid var(--primary-color);
    outline-offset: -3px;
    border-radius: 20px;
  }
  summary {
    cursor: pointer;
    padding: 10px 0;
    font-weight: 500;
  }
  .length {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 16px;
    font-size: 1rem;
    padding: 8px 0;
  }
  .length select {
    width: auto;
  }
  @media (max-width: 420px) {
    .inputs {
      grid-template-columns: 1fr;
    }
  }
`,Ci=class extends W{constructor(...e){super(...e),this.omitted=/* @__PURE__ */ new Set,this.results=/* @__PURE__ */ new Map}get mustStay(){return!1}isPossible(e){return this.can(e)===!0}can(e){let{action:t,backups:n}=this.confirmation;return e.code.can[n.has(e)?`delete`:t]}isOmitted(e){let t=this.confirmation.backups.get(e);return this.omitted.has(e.code.access_code_id)||t!==void 0&&!this.isChosen(t)}isChosen(e){return e===this.confirmation.entry||this.isPossible(e)&&!this.isOmitted(e)}get chosen(){let{entry:e,others:t}=this.confirmation;return[e,...t].filter(e=>this.isChosen(e))}get left(){let e=e=>e!==void 0&&this.resultOf(e)?.key===`outcome_uncertain`,{backups:t}=this.confirmation;return this.chosen.filter(n=>!this.resultOf(n)?.done&&!e(n)&&!e(t.get(n)))}resultOf({code:e}){return this.results.get(e.access_code_id)}render(){let{t:e,connected:t}=this.context,{title:n,text:r,note:i,confirm:a,isDangerous:o,others:s}=this.confirmation,c=this.results.size>0,l=!this.isBusy&&this.left.length===0;return this.frame(n,s.length>0&&c?this.renderResults():b`
            <p>${r}</p>
            ${i?b`<p><bdi>${i}</bdi></p>`:S}
            ${s.length>0?this.renderChoice(s):S}
          `,b`
        ${l?S:b`<button @click=${this.close}>
                ${e(c?`close`:`cancel`)}
              </button>`}
        <button
          class="filled ${o&&!l?`danger`:``}"
          ?disabled=${!l&&(this.isBusy||!t)}
          @click=${l?this.close:this.run}
        >
          ${this.isBusy?b`<span class="spinner"></span>`:``}
          ${l?e(`close`):s.length>0&&c&&!this.isBusy?e(`retry`):a}
        </button>
      `)}placeOf(e){let{t}=this.context;return this.confirmation.backups.has(e)?`${e.lock.name} (${t(`backup_code`)})`:e.lock.name}renderChoice(e){let{backups:t,hint:n}=this.confirmation;return b`<fieldset>
      <legend>
        ${this.context.t(t.size>0?`also_these`:`also_there`)}
      </legend>
      <div class="checks">
        ${e.map(e=>{let{code:r}=e,i=t.get(e),a=this.isPossible(e),o=a?n(e):this.can(e);return b`<label class="check">
            <input
              type="checkbox"
              .checked=${G(this.isChosen(e))}
              ?disabled=${!a||i&&!this.isChosen(i)}
              @change=${e=>{let t=new Set(this.omitted);e.target.checked?t.delete(r.access_code_id):t.add(r.access_code_id),this.omitted=t}}
            />
            <span>
              <bdi>${this.placeOf(e)}</bdi>
              ${o?b`<small>${o}</small>`:S}
            </span>
          </label>`})}
      </div>
    </fieldset>`}renderResults(){return b`<div role="status">
      ${this.renderKeepOpen()}
      <ul>
        ${this.chosen.map(e=>{let t=this.resultOf(e);return b`<li>
            <span class="lock"><bdi>${this.placeOf(e)}</bdi></span>
            <span class="chip ${t?.tone??``}"
              >${this.context.t(t?.key??`outcome_waiting`)}</span
            >
            ${t?.reason?b`<p class="secondary"><bdi>${t.reason}</bdi></p>`:S}
          </li>`})}
      </ul>
    </div>`}show({code:e},t){this.results=new Map(this.results).set(e.access_code_id,t)}async run(){if(this.isBusy)return;this.error=``;let{chosen:e}=this,t=await this.sendAll(()=>this.send());e.every(e=>this.resultOf(e)?.done)?(this.isShown&&this.close(),this.announce(this.summary(e))):this.confirmation.others.length===0?this.showError(t):this.isShown||this.announce(this.summary(e))}get hasWaiting(){return[...this.results.values()].some(_i)}async send(){let{left:e}=this;for(let t of e)this.show(t,{key:`outcome_waiting`,tone:``});let t;for(let n of e){let e=this.confirmation.backups.get(n);if(t instanceof E&&t.lost||e&&!this.resultOf(e)?.done)this.show(n,{key:`outcome_not_done`,tone:`bad`});else{this.show(n,{key:`outcome_running`,tone:`info`});try{let e=await this.confirmation.run(n);this.show(n,{key:`outcome_success`,tone:`good`,done:e})}catch(e){t=e,this.show(n,vi(e,this.context.t))}}}return t}summary(e){return wi(this.context.hass.locale.language,this.context.t,e.flatMap(e=>{let{done:t,reason:n}=this.resultOf(e)??{};return t||n?[{lock:e.lock.name,done:t,error:n}]:[]}))}static{this.styles=[...W.styles,Si,v`
      li {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 2px 12px;
        padding: 10px 0;
      }
      li + li {
        border-top: 1px solid var(--divider-color);
      }
      .lock {
        flex: 1;
      }
      li p {
        width: 100%;
      }
    `]}};z([w({attribute:!1})],Ci.prototype,`confirmation`,void 0),z([T()],Ci.prototype,`omitted`,void 0),z([T()],Ci.prototype,`results`,void 0),Ci=z([V(`seam-confirm-dialog`)],Ci);function wi(e,t,n){let r=/* @__PURE__ */ new Map;for(let{lock:e,done:t}of n){if(!t)continue;let n=JSON.stringify(t),i=r.get(n);i?i.locks.push(e):r.set(n,{done:t,locks:[e]})}let i=new Intl.ListFormat(e),a=[...[...r.values()].map(({done:{key:e,values:n},locks:r})=>t(e,{...n,lock:i.format(r),count:r.length})),...n.flatMap(({lock:e,error:t})=>t?[t.includes(e)?t:`${e}: ${t}`]:[])];return a.length>1?a.map(xt).join(` `):a.join(``)}function Ti(e){let t=e=>/\p{Nd}/u.test(String.fromCodePoint(e));return e.normalize(`NFKC`).replace(/[\s\p{Pd}\p{Cf}]/gu,``).replace(/\p{Nd}/gu,e=>{let n=e.codePointAt(0)??0,r=n;for(;t(r-1);)--r;return String((n-r)%10)})}function Ei(e,t){let n=1,r=1;for(let i=1;i<e.length;i++)r=Number(e[i])-Number(e[i-1])===t?r+1:1,n=Math.max(n,r);return n}var Di={no_zeros:e=>e.includes(`0`),cannot_start_with_12:e=>e.startsWith(`12`),no_triple_consecutive_ints:e=>Math.max(...[-1,0,1].map(t=>Ei(e,t)))>3,no_ascending_or_descending_sequence:e=>Math.max(...[-1,1].map(t=>Ei(e,t)))===e.length,at_least_three_unique_digits:e=>new Set(e).size<3,cannot_contain_089:e=>/[089]/.test(e),cannot_contain_0789:e=>/[0789]/.test(e),no_all_same_digits:e=>new Set(e).size===1},Oi=Object.keys(Di),ki=String.raw`(?<time>(?<!\d)(?:(?:19|20)\d\d-[01]\d-[0-3]\d|[0-2]\d:[0-5]\d)(?!\d))`,Ai=[String.raw`[^\p{L}\p{M}\p{N}]`,String.raw`\s+`].map(e=>new RegExp(String.raw`${ki}|\d+(?:${e}\d+)*`,`gu`));function ji(e){return e.map(e=>e.rules.constraints.cannot_specify_pin_code).find(e=>e)}function Mi(e){return Array.from({length:9},(e,t)=>t+4).filter(t=>e.every(({rules:{lengths:e}})=>e.length===0||e.includes(t)))}function Ni(e){return Oi.filter(t=>e.some(e=>t in e.rules.constraints))}function Pi(e,t,n){if(!/^\d{4,12}$/.test(e))return{kind:`digits`};for(let n of t){let{lengths:t,constraints:r}=n.rules;if(t.length>0&&!t.includes(e.length))return{kind:`digits`};for(let t of Oi){let n=r[t];if(n&&Di[t](e))return{kind:`constraint`,text:n}}}return Fi(n,e)?{kind:`name`}:void 0}function Fi(e,t){let n=([e])=>e.replace(/\D/g,``)===t;return e.includes(t)||Ai.some(t=>[...e.matchAll(t)].some(e=>e.groups?.time===void 0&&n(e)))}var Ii=100,Li=/^[\p{C}\p{Z}\p{M}\u115f\u1160\u2800\u3164\uffa0]*$/u,Ri=/(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u,zi=/^\d{4}-/,Bi={name:`name`,new_name:`name`,entity_ids:`locks`,starts_at:`start`,ends_at:`end`,ongoing:`end`,code:`pin`,preferred_code_length:`pin`};function Vi(e){return e===void 0?void 0:Bi[e]}function Hi(e){return/* @__PURE__ */ new Date(Math.ceil((e.getTime()+6e4)/3e5)*3e5)}function Ui(e,t,{check_in:n,check_out:r},i,a){let{time_zone:o}=a.config,s=(e,t,n)=>Vt(`${Ht(P(e,o),t).slice(0,10)}T${n}`,o,i),c=s(i,0,n),l=c>i?c:Hi(i),u=e=>P(e,F(a)),d=e.filter(e=>e.can.create===!0),f=d.length===1?d:[];return{name:``,deviceIds:(t?[t]:f).map(({device_id:e})=>e),kind:`stay`,start:u(l),end:u(s(l,1,r)),pin:`auto`,ownPin:``,external:!1,backup:!1,offline:!1,length:void 0}}function Wi(e,t,n,r,i){let a=Ui([],void 0,n,r,i),o=e=>P(new Date(e),F(i));return{...a,name:e.name??``,deviceIds:t.map(({lock:e})=>e.device_id),kind:e.ends_at?`stay`:`permanent`,start:e.starts_at?o(e.starts_at):a.start,end:e.ends_at?o(e.ends_at):a.end,pin:`keep`,external:e.is_external_modification_allowed}}function Gi(e,t,n){return[t,...Wn(e,t,n).filter(({code:e})=>e.can.update===!0)]}function Ki(e,t){let{start:n,end:r}=e.chosen??e,i=Zi({start:n,end:t});return{start:t,end:r&&zi.test(t)&&Number.isFinite(i)?Ht(r,i):r,chosen:{start:n,end:r}}}function qi(e,t,n){let r=Yi(e,t,n)?.start;return r&&r<=t?{...e,start:P(Hi(t),n)}:e}function Ji({start:e},t){return{end:t,chosen:{start:e,end:t}}}function Yi({kind:e,start:t,end:n},r,i){if(e!==`stay`||!zi.test(t)||!zi.test(n))return;let a=e=>Vt(e,i,r);return{start:a(t),end:a(n)}}function Xi(e,t,n,r,i){let a=Yi(e,r,i);if(!a||a.end<=a.start||a.end<=r)return[];let[o,s]=[a.start.getTime(),a.end.getTime()],c=n.map(({code:e})=>e.access_code_id);return Cr(Bn(t),{start:o,end:s}).filter(({code:e})=>!c.includes(e.access_code_id))}function Zi({start:e,end:t}){let n=e=>Date.parse(`${e.slice(0,10)}T00:00Z`);return Math.round((n(t)-n(e))/864e5)}function Qi(e,t,n,r,i,a=[]){let o={},s=ea(e,t),c=s(`name`)?$i(e.name.trim(),n,a):void 0;if(c&&(o.name=c),n.length===0&&(o.locks={key:`locks_missing`}),e.kind===`permanent`){let e=n.map(e=>e.can.create_ongoing).find(e=>e!==!0);e&&s(`kind`)&&(o.locks={text:String(e)})}else if(s(`kind`,`start`,`end`)){let[t,n]=[e.start,e.end].map(e=>zi.test(e)?Vt(e,i,r):void 0);t||(o.start={key:`time_missing`}),n?n<=r?o.end={key:`end_in_past`}:t&&n<=t&&(o.end={key:`end_before_start`}):o.end={key:`time_missing`}}let l=ta(e,n);return l&&(o.pin=l),o}function $i(e,t,n=[]){if(Li.test(e))return{key:`name_missing`};if(Ri.test(e))return{key:`name_invisible`};let r=[...e].length,i=Math.min(Ii,...t.map(({rules:e})=>e.name_max??Ii));if(r>i)return{key:`name_too_long`,values:{count:i}};let a=Math.max(1,...t.map(({rules:e})=>e.name_min??1));if(r<a)return{key:`name_too_short`,values:{count:a}};let o=n.map(({code:e})=>e.access_code_id),s=t.find(({codes:t})=>t.some(t=>t.name===e&&t.is_managed&&!t.is_backup&&t.state!==`expired`&&t.state!==`removing`&&!o.includes(t.access_code_id)));return s&&{key:`name_taken`,values:{lock:s.name}}}function ea(e,t){return(...n)=>!t||n.some(n=>e[n]!==t[n])}function ta(e,t){let n=Mi(t);if(e.pin===`auto`)return t.length>1&&n.length===0?{key:`pin_no_length`}:void 0;if(e.pin===`keep`)return;let r=ji(t);if(r)return{text:r};let i=Pi(e.ownPin,t,e.name);switch(i?.kind){case`digits`:return n.length===0?{key:`pin_no_length`}:{lengths:n};case`name`:return{key:`pin_in_name`};case`constraint`:return{text:i.text};default:return}}function na(e,t){let n=e.pin===`auto`?Mi(t):[];return{backup:e.kind===`stay`&&t.length>0&&t.every(e=>e.can.backup===!0),offline:t.length===1&&t[0]?.can.create_offline===!0&&e.pin!==`own`,lengths:n.length>1?n:[]}}function ra(e,t,n,r){let{backup:i,offline:a,lengths:o}=na(e,t),s=e=>Vt(e,r,n).toISOString();return{name:e.name.trim(),...e.kind===`stay`?{starts_at:s(e.start),ends_at:s(e.end)}:{ongoing:!0},...e.pin===`own`?{code:e.ownPin}:{},...e.length&&o.includes(e.length)?{preferred_code_length:e.length}:{},...e.external?{allow_external_modification:!0}:{},...e.backup&&i?{use_backup_access_code_pool:!0}:{},...e.offline&&a?{is_offline_access_code:!0}:{}}}function ia(e,t,n,r,i,a){let o=ea(e,t),s=e.kind===`stay`,c=o(`kind`)||(!n.starts_at||!n.ends_at)&&o(`start`,`end`),l=e=>Vt(e,a,i).toISOString(),u={...o(`name`)?{new_name:e.name.trim()}:{},...s&&(c||o(`start`))?{starts_at:l(e.start)}:{},...s&&(c||o(`end`))?{ends_at:l(e.end)}:{},...!s&&o(`kind`)?{ongoing:!0}:{},...r?{code:r}:{},...o(`external`)?{allow_external_modification:e.external}:{}};return Object.keys(u).length>0||!Dn(n)?u:{allow_external_modification:n.is_external_modification_allowed}}function aa(e,t,n,r,i,a){return b`<div class="segments" role="radiogroup" aria-label=${t}>
    ${i.map(([t,i])=>b`<label>
        <input
          type="radio"
          name=${n}
          value=${t}
          .checked=${G(r===t)}
          @change=${()=>a(t)}
        />
        <span>${e(i)}</span>
      </label>`)}
  </div>`}function oa(e,t){let{t:n}=e;return`text`in t?t.text:`key`in t?n(t.key,t.values):n(`pin_digits`,{lengths:sa(e,t.lengths)})}function sa({t:e,hass:t},n){let[r=0,i=0]=[n[0],n.at(-1)],a=new Intl.ListFormat(t.locale.language,{type:`disjunction`});return n.length>2&&n.length===i-r+1?e(`pin_range`,{from:r,to:i}):a.format(n.map(String))}function ca(e,t,n){let{t:r,hass:i}=e,a=Mi(t),o=ji(t)??(a.length===0?r(`pin_no_length`):void 0);if(o)return o===n?``:o;let s=new Intl.ListFormat(i.locale.language,{type:`unit`}).format([...oa(e,{lengths:a})===n?[]:[r(`pin_lengths`,{lengths:sa(e,a)})],...Ni(t).map(e=>r(`rule_${e}`))]);return s&&r(`pin_hint`,{rules:s.charAt(0).toUpperCase()+s.slice(1)})}function la(e,t,n,r){let i=n&&na(t,n),a=i?.lengths??[],o=n=>b`<label class="check">
    <input
      type="checkbox"
      .checked=${G(t[n])}
      @change=${e=>r({[n]:e.target.checked})}
    />
    <span>
      ${e(`option_${n}`)}
      <small>${e(`option_${n}_hint`)}</small>
    </span>
  </label>`;return b`<details @toggle=${({currentTarget:e})=>{let t=e;t.open&&t.scrollIntoView({block:`nearest`})}}>
    <summary>${e(`more_options`)}</summary>
    <div class="checks">
      ${o(`external`)} ${i?.backup?o(`backup`):S}
      ${i?.offline?o(`offline`):S}
      ${a.length>0?b`<label class="length">
              ${e(`option_length`)}
              <select
                @change=${e=>{let{value:t}=e.target;r({length:t?Number(t):void 0})}}
              >
                <option value="">${e(`option_length_any`)}</option>
                ${a.map(e=>b`<option value=${e} ?selected=${t.length===e}>
                      ${e}
                    </option>`)}
              </select>
            </label>`:S}
    </div>
  </details>`}function ua({context:e,errors:t},n){let r=t[n];return b`<p class="error ${r?``:`none`}" id="${n}-error" aria-live="polite">
    ${r?oa(e,r):S}
  </p>`}function da(e){let{context:t,form:n,errors:r,set:i}=e;return b`<div class="field">
    <label for="name">${t.t(`name`)}</label>
    <input
      id="name"
      dir="auto"
      autofocus
      .value=${G(n.name)}
      aria-invalid=${r.name?`true`:S}
      aria-describedby="name-error"
      @input=${e=>i({name:e.target.value})}
    />
    ${ua(e,`name`)}
  </div>`}function fa(e,t,n,r){let{form:i,isNew:a,set:o}=e,{t:s}=e.context,c=a?e.locks:e.locks.filter(({device_id:e})=>e!==t?.device_id);if(c.length===0)return S;let l=i.offline&&na(i,e.selected).offline,u=c.filter(e=>R(n,e.name,e.area)),d=c.filter(e=>u.includes(e)||i.deviceIds.includes(e.device_id));return b`<fieldset aria-describedby="locks-error">
    <legend>${s(a?`locks`:`also_on`)}</legend>
    ${oi(c.length,s(`search_locks`),n,r)}
    <p class="hint" role="status">${u.length===0?s(`no_match_lock_names`):S}</p>
    <div class="checks ${c.length>6?`many`:``}" ?hidden=${d.length===0}>
      ${A(d,({device_id:e})=>e,e=>{let t=l?e.can.create_offline:e.can.create,n=!a||t,r=n!==!0,c=i.deviceIds.includes(e.device_id);return b`<label class="check">
          <input
            type="checkbox"
            name="locks"
            .checked=${G(c)}
            ?disabled=${r&&!c}
            @change=${t=>{let{checked:n}=t.target,r=i.deviceIds.filter(t=>t!==e.device_id);o({deviceIds:n?[...r,e.device_id]:r})}}
          />
          <span>
            <bdi>${e.name}</bdi>
            ${e.online===!1?b`<span class="offline">· ${s(`offline`)}</span>`:S}
            ${r?b`<small>${n}</small>`:S}
          </span>
        </label>`})}
    </div>
    ${ua(e,`locks`)}
  </fieldset>`}function pa(e){let{context:t,form:n,errors:r,set:i}=e,{t:a,hass:o}=t,s=/* @__PURE__ */ new Date,{start:c,end:l}=Yi(n,s,F(o))??{},u=Gt(o,[s,c,l].filter(e=>e!==void 0)),d=(t,i,o)=>b`<div class="field">
      <label for=${t}>${a(i)}</label>
      <input
        id=${t}
        type="datetime-local"
        .value=${G(n[t])}
        aria-invalid=${r[t]?`true`:S}
        aria-describedby="${t}-error when"
        @change=${e=>o(e.target.value)}
      />
      ${ua(e,t)}
    </div>`;return b`
    ${aa(a,a(`kind`),`kind`,n.kind,[[`stay`,`stay`],[`permanent`,`permanent`]],e=>i({kind:e}))}
    ${n.kind===`permanent`?b`<p class="secondary">${a(`permanent_hint`)}</p>`:b`<div class="inputs">
              ${d(`start`,`check_in`,e=>i(Ki(n,e)))}
              ${d(`end`,`check_out`,e=>i(Ji(n,e)))}
            </div>
            <p class="secondary times" id="when">
              ${[...ma(t,n,s),...u?[a(`time_zone`,{zone:u})]:[]].join(` · `)}
            </p>`}
  `}function ma({t:e,hass:t},n,r){let i=Yi(n,r,F(t));if(!i)return[];let[a,o]=[i.start,i.end].map(e=>I(t,e.toISOString(),r)),s=Zi(n);return[e(`from_to`,{start:a,end:o}),...s>0?[e(`nights`,{count:s})]:[]]}function ha({context:e,form:t,selected:n,linked:r,stays:i}){let a=F(e.hass),o=Xi(t,n,r,/* @__PURE__ */ new Date,a);return o.length===0?S:b`<p><bdi>${Qr(e,o,i)}</bdi></p>`}function ga({context:e,form:t,errors:n,selected:r,isNew:i,isPinOnly:a,set:o}){let{t:s}=e,c=/^\d{0,3}$/.test(t.ownPin)?void 0:ta(t,r),l=n.pin??(t.pin===`own`?c:void 0),u=l?oa(e,l):``,[d]=r,f=r.length===1&&d?s(`pin_auto_hint_one`,{lock:d.name}):s(`pin_auto_hint`),p=ji(r);return b`
    <div class="field">
      <span class="label" aria-hidden="true">${s(`pin`)}</span>
      ${aa(s,s(`pin`),`pin`,t.pin,[...i||a?[]:[[`keep`,`pin_keep`]],[`auto`,`pin_auto`],[`own`,`pin_own`]],e=>o({pin:e,ownPin:``}))}
      ${t.pin===`own`?b`<input
                class="pin"
                inputmode="numeric"
                autocomplete="off"
                maxlength="12"
                dir="ltr"
                aria-label=${s(`pin_input`)}
                aria-invalid=${l?`true`:S}
                aria-describedby="pin-error pin-hint"
                .value=${G(t.ownPin)}
                @input=${e=>{let{value:t}=e.target;o({ownPin:e.isComposing?t:Ti(t)})}}
                @compositionend=${e=>o({ownPin:Ti(e.target.value)})}
              />`:S}
      <p class="error ${l?``:`none`}" id="pin-error" aria-live="polite">
        ${u}
      </p>
      ${t.pin===`own`?b`<p class="secondary" id="pin-hint">${ca(e,r,u)}</p>`:t.pin===`auto`?b`<p class="secondary">${p??f}</p>`:S}
    </div>
  `}function _a(e,t){return e?.map(e=>t.find(({lock:t})=>t.device_id===e.lock.device_id)??e)??t}function va({error:e,isUncertain:t,field:n}){return!!e&&!t&&(!n||n===`locks`)}function ya({locks:e},t){return t.map(({lock:t,codeId:n})=>e.find(({device_id:e})=>e===t.device_id)?.codes.find(({access_code_id:e})=>e===n))}function ba(e,t){let n=ya(e,t);return t.some(({wasListed:e},t)=>n[t]&&!e)?t.map((e,t)=>n[t]?{...e,wasListed:!0}:e):t}function xa({t:e,hass:t},n,r){let i=ya(n,r),a=new Intl.ListFormat(t.locale.language),o=(t,n)=>{let o=r.filter((e,t)=>n(e,i[t])),s=a.format(o.map(({lock:e})=>e.name));return s&&e(t,{locks:s})};return[o(`no_code_on`,(e,t)=>e.error?!e.isUncertain&&!e.codeId:t?.state===`failed`||!t&&e.wasListed),o(`not_changed_on`,e=>e.error&&!e.isUncertain&&e.codeId),o(`not_confirmed_on`,e=>e.error&&e.isUncertain)].filter(Boolean).join(` · `)}function Sa({t:e,hass:t},{starts_at:n,ends_at:r}){let i=/* @__PURE__ */ new Date,a=n&&Date.parse(n)>i.getTime()?I(t,n,i):``,o=r?I(t,r,i):``;return a&&o?e(`works_from_until`,{start:a,end:o}):a?e(`works_from`,{start:a}):o&&e(`works_until`,{end:o})}function Ca(e){return(e.state===`active`||e.state===`scheduled`)&&Dn(e)}async function wa({hass:e},t){let[n]=t.filter(({codeId:e})=>e);return n?.codeId?wt(e,n.lock,{access_code_id:n.codeId}):{pin:t[0]?.pin,isFresh:!0}}function Ta(n,r,i,a){let{t:o}=n,s=new Intl.ListFormat(n.hass.locale.language),c=ya(r,a),l=a.length,u=e=>a.filter(({error:t},n)=>{let r=c[n];return!t&&r?.state===e&&!Ca(r)}).length,d=u(`active`)+u(`scheduled`),f=u(`at_risk`)>0,p=a.some(({error:e},t)=>!e&&(c[t]?.state??`setting`)===`setting`),m=p&&!f,h=xa(n,r,a),g=h||(d===l?o(u(`active`)===l?`works_on_all`:`ready_on_all`,{count:l}):d>0?o(`ready_on_some`,{ready:d,count:l}):f?o(`works_delayed`,{count:l}):m?o(`works_waiting`):c.some(e=>e&&Ca(e))?o(`needs_attention`):Jr(n,Hr(c.flatMap(e=>e??[])))),_=/* @__PURE__ */ new Map;for(let e of a)e.pin&&_.set(e.pin,[..._.get(e.pin)??[],e]);let ee=c.find(e=>e),te=ee&&(d>0||p||f)&&Sa(n,ee);return b`
      ${[..._].map(([e,t])=>b`<seam-pin
          .context=${n}
          .pin=${e}
          .label=${o(`pin_for`,{locks:s.format(t.map(({lock:e})=>e.name))})}
          .message=${e=>hi(n,i,t.map(({lock:e})=>e),e,ee??{})}
          .read=${()=>wa(n,t)}
        ></seam-pin>`)}
      <div role="status" class="headline" tabindex="-1">
        ${h?b`<span class="bad">${B(e)}</span>`:d===l?b`<span class="good">${B(`M12 2C6.5 2 2 6.5 2 12S6.5 22 12 22 22 17.5 22 12 17.5 2 12 2M10 17L5 12L6.41 10.59L10 14.17L17.59 6.58L19 8L10 17Z`)}</span>`:m?b`<span class="spinner"></span>`:B(t)}
        <div>
          <p><bdi>${g}</bdi></p>
          ${m&&!h?b`<p class="secondary">${o(`works_waiting_hint`)}</p>`:S}
          ${te&&!h?b`<p class="secondary">${te}</p>`:S}
        </div>
      </div>
      <ul>
        ${a.map(({lock:e,error:t,isUncertain:r,wasListed:i},a)=>{let s=c[a],l=!t&&!s&&i,u=t?r?`unknown`:`failed`:s?.state??`setting`,d=t??(s&&(An(s)||Ca(s))?(s.errors.find(({scope:e})=>e===`access_code`)??s.errors[0])?.message:l?o(`no_such_code`):void 0);return b`<li>
            <span class="lock"><bdi>${e.name}</bdi></span>
            ${l?S:Yr(n,u)}
            ${d?b`<p class="secondary"><bdi>${d}</bdi></p>`:S}
          </li>`})}
      </ul>
    `}var Ea=v`
  .headline {
    display: flex;
    align-items: center;
    gap: 12px;
    font-size: 1.125rem;
  }
  .headline .good {
    color: var(--success-color, #43a047);
  }
  .headline .bad {
    color: var(--error-color);
  }
  li {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 2px 12px;
    padding: 10px 0;
  }
  li + li {
    border-top: 1px solid var(--divider-color);
  }
  .lock {
    flex: 1;
  }
  li p {
    width: 100%;
  }
`,Da=5;function Oa(e){return e instanceof E?Vi(e.field):void 0}async function ka(e,t,n,r=n){let{hass:i}=e,a=t;a.pin===`auto`&&new Set(r.map(({entry_id:e})=>e)).size>1&&(a={...a,pin:`own`,ownPin:await Aa(e,a,r)});let o=await bt(i,`code/create`,{entity_ids:r.map(e=>e.entity_id),...ra(a,n,/* @__PURE__ */ new Date,F(i))}),s=r.map(e=>{let{error:t,field:n,is_uncertain:r,access_code_id:i,code:s}=o[e.entity_id]??{};if(t){let i=r??!1,o=i&&a.pin===`own`?{pin:a.ownPin}:{};return{lock:e,error:t,isUncertain:i,field:Vi(n),...o}}return{lock:e,...i?{codeId:i}:{},pin:s??void 0}});if(r===n&&!s.some(({codeId:e,isUncertain:t})=>e||t))for(let e of r)Ct(o,e);return s}async function Aa({hass:e,t},n,r){let i=na(n,r).lengths.find(e=>e===n.length);for(let t=0;t<Da;t++){let t=await bt(e,`code/generate`,{entity_ids:r.map(e=>e.entity_id)}),a=r.map(e=>Ct(t,e).code).find(e=>e&&(!i||e.length===i)&&!Pi(e,r,n.name));if(a)return a}throw new E(t(`pin_none_fits`),`code`)}async function ja(e,t,n,r){let{hass:i,t:a}=e,o=[],s=t.pin===`own`?t.ownPin:void 0;t.pin===`auto`&&(s=await Aa(e,t,r.map(({lock:e})=>e)));for(let{lock:e,code:c}of r)try{let r=ia(t,n,c,s,/* @__PURE__ */ new Date,F(i));if(Object.keys(r).length===0)continue;await D(i,`update`,e,c,r),o.push({lock:e,codeId:c.access_code_id,wasListed:!0,pin:s})}catch(t){let n=t instanceof E&&t.isUncertain;if(o.length===0&&!n)throw t;o.push({lock:e,codeId:c.access_code_id,error:O(t,a),isUncertain:n,field:Oa(t),...n?{pin:s}:{}})}return o}var K=class extends W{constructor(){super(),this.withNewPin=!1,this.errors={},this.wasSubmitted=!1,this.search=``,this.linked=[],this.set=e=>{this.form={...this.form,...e}},this.retry=async()=>{let{progress:e}=this;if(!e||this.isBusy)return;let t=e.filter(va),n=e.find(e=>e.pin)?.pin,{context:r,selected:i,timeZone:a}=this,o=n?{...this.form,pin:`own`,ownPin:n}:this.form,s=t.map(({lock:e})=>e);this.isBusy=!0,this.error=``;try{let e=await ka(r,o,i,s).catch(e=>{if(Oa(e)!==`start`)throw e;let t=qi(o,/* @__PURE__ */ new Date,a);return ka(r,t,i,s)});await this.show(e)}catch(e){this.showError(e)}finally{this.isBusy=!1}},this.changePin=async()=>{let e=this.progress?.filter(({field:e})=>e===`pin`)??[];this.remaining=e.map(({lock:e})=>e),this.set({deviceIds:this.remaining.map(({device_id:e})=>e),pin:`own`,ownPin:``}),await this.updateComplete;let[t]=e;t?.error&&(this.errors={pin:{text:t.error}}),await this.focusError()},this.addEventListener(`seam-closed`,()=>{let{context:e,snapshot:t,progress:n}=this,r=n&&xa(e,t,n);r&&this.announce(r)})}firstUpdated(){super.firstUpdated(),this.withNewPin&&this.renderRoot.querySelector(`[name=pin]:checked`)?.focus()}willUpdate(e){if(super.willUpdate(e),this.progress&&=ba(this.snapshot,this.progress),this.form){e.has(`form`)&&this.wasSubmitted&&(this.errors=this.check());return}let{options:t,locks:n,stays:r}=this.snapshot,{hass:i}=this.context,a=/* @__PURE__ */ new Date;if(this.code&&this.lock){let e={lock:this.lock,code:this.code};this.linked=Gi(n,e,r),this.known=Wi(this.code,this.linked,t,a,i),this.form={...this.known,...this.withNewPin?{pin:`auto`}:{}}}else this.form=Ui(n,this.lock,t,a,i)}get timeZone(){return F(this.context.hass)}get locks(){if(this.remaining)return this.remaining;if(this.code)return this.linked.map(({lock:e})=>e);let{locks:e}=this.snapshot,t=({can:e})=>e.create!==!0;return[...e.filter(e=>!t(e)),...e.filter(t)]}get selected(){let{deviceIds:e}=this.form;return this.locks.filter(t=>e.includes(t.device_id))}get fields(){let{context:e,form:t,errors:n,locks:r,selected:i,linked:a,set:o}=this,{stays:s}=this.snapshot,[c,l]=[!this.code,this.withNewPin];return{context:e,form:t,errors:n,locks:r,selected:i,linked:a,set:o,stays:s,isNew:c,isPinOnly:l}}check(){let{form:e,known:t,selected:n,timeZone:r,linked:i}=this;return Qi(e,t,n,/* @__PURE__ */ new Date,r,i)}get showsPin(){return this.progress?.some(({pin:e})=>e)??!1}render(){let{progress:e,remaining:t}=this;return e&&!t?this.renderSaved(e):this.renderForm()}renderForm(){let{t:e,connected:t}=this.context,{form:n,code:r,fields:i,withNewPin:a}=this,{stays:o}=this.snapshot,s=r&&!a?$r(this.context,o,r,`edit`):``;return this.frame(r?e(a?`guest_new_pin`:`guest_edit`,{name:L(r)}):e(`guest_new`),b`
        <form
          id="form"
          novalidate
          autocomplete="off"
          @submit=${this.submit}
          @keydown=${this.ignoreEnter}
        >
          ${s?b`<p class="secondary"><bdi>${s}</bdi></p>`:S}
          ${a?S:da(i)}
          ${fa(i,this.lock,this.search,e=>{this.search=e})}
          ${a?S:pa(i)} ${ga(i)}
          ${a?S:la(e,n,r?void 0:this.selected,this.set)}
          <input type="submit" hidden />
        </form>
      `,b`
        <div class="hint" aria-live="polite">${this.hint()}</div>
        <button type="button" ?disabled=${this.mustStay} @click=${this.close}>
          ${e(this.isBusy?`close`:`cancel`)}
        </button>
        <button
          class="filled"
          type="submit"
          form="form"
          ?disabled=${this.isBusy||!t}
        >
          ${this.isBusy?b`<span class="spinner"></span>`:S}
          ${e(r?`save`:`add_guest`)}
        </button>
      `)}hint(){let{t:e}=this.context;return this.isBusy&&this.code?b`<p>${e(`works_waiting`)}</p>
        <p class="secondary">
          ${e(this.hasWaiting?`keep_open`:`works_waiting_hint`)}
        </p>`:this.withNewPin?S:ha(this.fields)}ignoreEnter(e){let{type:t}=e.target;e.key===`Enter`&&t===`search`&&e.preventDefault()}text(e){return oa(this.context,e)}async submit(e){if(e.preventDefault(),this.isBusy||!this.context.connected)return;this.wasSubmitted=!0,this.error=``,this.errors=this.check();let t=Object.entries(this.errors);if(t.length>0){await this.updateComplete;let e=t.find(([e])=>!this.hasField(e));e&&(this.error=this.text(e[1])),await this.focusError()}else await this.sendAll(()=>this.send())}get hasWaiting(){return this.isBusy&&this.known!==void 0&&this.selected.length>1}async send(){try{let{context:e,form:t,known:n,selected:r}=this,i=this.linked.filter(({lock:e})=>r.includes(e)),a=n?await ja(e,t,n,i):await ka(e,t,r);a.length>0?await this.show(a):(this.close(),this.announce(e.t(`saved`,{name:t.name})))}catch(e){this.showError(e)}}async show(e){let{context:t,form:n}=this;if(this.dialog.open&&(this.progress=_a(this.progress,e)),this.remaining=void 0,this.isShown)await this.focusResult();else{let r=e.find(({error:e})=>e);this.announce(r?.error??t.t(`saved`,{name:n.name}))}}async focusResult(){await this.updateComplete;let e=this.renderRoot.querySelector(`seam-pin`);await e?.updateComplete,(e??this.renderRoot.querySelector(`.headline`))?.focus()}hasField(e){return this.renderRoot.querySelector(`#${e}-error`)!==null}showError(e){let t=Oa(e);if(t&&this.isShown&&this.hasField(t)){let n=O(e,this.context.t);this.errors={...this.errors,[t]:{text:n}}}else super.showError(e);this.isShown&&this.focusError()}async focusError(){await this.updateComplete;let e=this.renderRoot.querySelector(`.error:not(.none)`),t=e?.closest(`.field, fieldset`);[`[aria-invalid]`,`:checked`,`input:enabled`].map(e=>t?.querySelector(e)).find(e=>e)?.focus(),(e??this.renderRoot.querySelector(`[role='alert']`))?.scrollIntoView({block:`nearest`})}get mustStay(){return this.isBusy&&!this.code}renderSaved(e){let{context:t,form:n,snapshot:r}=this,{t:i}=t,a=!this.code&&e.some(va),o=e.some(({field:e})=>e===`pin`);return this.frame(n.name,Ta(t,r,n.name,e),b`
        ${a?b`<button
                ?disabled=${this.isBusy||!t.connected}
                @click=${this.retry}
              >
                ${i(`retry`)}
              </button>`:S}
        ${o?b`<button
                ?disabled=${this.isBusy||!t.connected}
                @click=${this.changePin}
              >
                ${i(`change_pin`)}
              </button>`:S}
        <button class="filled" @click=${this.close}>${i(`done`)}</button>
      `)}static{this.styles=[...W.styles,fi,Si,Ea]}};z([w({attribute:!1})],K.prototype,`lock`,void 0),z([w({attribute:!1})],K.prototype,`code`,void 0),z([w({attribute:!1})],K.prototype,`withNewPin`,void 0),z([T()],K.prototype,`form`,void 0),z([T()],K.prototype,`errors`,void 0),z([T()],K.prototype,`wasSubmitted`,void 0),z([T()],K.prototype,`search`,void 0),z([T()],K.prototype,`progress`,void 0),z([T()],K.prototype,`remaining`,void 0),K=z([V(`seam-guest-dialog`)],K);var Ma=[`created`,`moved`,`renamed`,`deleted`,`not_possible`],Na=class extends W{get mustStay(){return!1}firstUpdated(){super.firstUpdated(),this.load()}async load(){this.isBusy=!0,this.error=``;try{this.preview=await yt(this.context.hass,this.stays.subentry_id)}catch(e){this.isShown&&this.showError(e)}finally{this.isBusy=!1}}render(){let{context:e,stays:t}=this,{t:n}=e;return this.frame(n(`preview_of`,{name:t.title}),b`<div class="groups" aria-live="polite" aria-busy=${this.isBusy}>
        ${this.content()}
      </div>`,b`
        ${this.error?b`<button
                ?disabled=${this.isBusy||!e.connected}
                @click=${this.load}
              >
                ${n(`retry`)}
              </button>`:S}
        <button class="filled" @click=${this.close}>${n(`done`)}</button>
      `)}content(){let{preview:e}=this,{t}=this.context;if(!e)return this.isBusy?b`<p class="checking"><span class="spinner"></span> ${t(`checking`)}</p>`:S;let n=Ma.filter(t=>e[t].length>0),r=e.left.filter(({name:e})=>e);return b`
      ${Wr(this.context,this.stays)}
      ${n.some(e=>e!==`not_possible`)?b`<p class="secondary">${t(`preview_hint`)}</p>`:b`<p>${this.heading(`nothing`)}.</p>`}
      ${n.map(t=>this.group(this.heading(t),e[t].map(e=>this.row(e))))}
      ${r.length>0?this.group(t(`preview_left`),r.map(e=>this.row(e))):S}
      ${e.overlaps.length>0?this.group(this.heading(`overlaps`),e.overlaps.map(({stay:e,other:n,...r})=>this.row({...r,name:e,reason:t(`overlaps_with`,{names:n})}))):S}
    `}heading(e){return mt(this.context.hass.connection,`selector.stay_preview.options.${e}`)}group(e,t){return b`<section>
      <h2>${e} <span class="secondary">${t.length}</span></h2>
      <ul>
        ${t}
      </ul>
    </section>`}row({name:e,lock:t,starts_at:n,ends_at:r,reason:i}){let{t:a,hass:o}=this.context,s=e=>I(o,e,/* @__PURE__ */ new Date);return b`<li>
      <p><bdi>${e??`–`}</bdi></p>
      <p class="secondary">
        ${t?b`<bdi>${t}</bdi>`:S}${t&&n?` · `:S}${n&&r?a(`from_to`,{start:s(n),end:s(r)}):S}
      </p>
      ${i?b`<p class="secondary"><bdi>${i}</bdi></p>`:S}
    </li>`}static{this.styles=[...W.styles,v`
      .groups,
      section {
        display: grid;
        gap: 12px;
      }
      .checking {
        display: flex;
        align-items: center;
        gap: 12px;
      }
      ul {
        display: grid;
        gap: 8px;
      }
    `]}};z([w({attribute:!1})],Na.prototype,`stays`,void 0),z([T()],Na.prototype,`preview`,void 0),Na=z([V(`seam-stays-dialog`)],Na);var Pa=5e3,Fa=6e5,Ia={extend:{title:`extend_title`,text:`extend_text`,confirm:`extend`,done:`extended`},end:{title:`end_title`,text:`end_text`,confirm:`end_now`,done:`end_done`},release:{title:`release_title`,text:`release_text`,confirm:`release`,done:`release_done`,pending:`release_pending`},delete:{title:`delete_title`,text:`delete_text`,confirm:`delete`,done:`delete_done`,pending:`delete_pending`},allow_changes:{title:`allow_title`,text:`allow_text`,confirm:`remedy_allow_changes`,done:`allow_done`}},La,Ra=class extends sr{constructor(){super(),this.toasts=[],this.unshown=[],this.focusKeeper=new fr(this),this.announce=(e,t=!1)=>{this.unshown.push({text:e,isProgress:t}),this.showToasts()},this.closed=()=>{this.dialog=void 0,this.showToasts()},this.addEventListener(`seam-action`,e=>{e.stopPropagation(),this.act(e.detail)}),this.addEventListener(`seam-batch`,e=>{e.stopPropagation();let{kind:t,entries:n}=e.detail;this.openBatch(t,n)}),this.addEventListener(`seam-announce`,e=>{e.stopPropagation(),this.announce(e.detail)})}connectedCallback(){super.connectedCallback();let{form:e,host:t,path:n}=La??{};La=void 0,e?.isOpen&&t!==this&&t?.localName===this.localName&&n===location.pathname&&this.takeOver(e)}disconnectedCallback(){super.disconnectedCallback();let e=this.renderRoot.querySelector(`seam-guest-dialog`);if(!e)return;let t={form:e,host:this,path:location.pathname};La=t,window.setTimeout(()=>{La===t&&(La=void 0)},Fa)}takeOver(e){e.addEventListener(`seam-closed`,this.closed),this.dialog=()=>{let{context:t,snapshot:n,announce:r}=this;return Object.assign(e,{context:t,announce:r},n&&{snapshot:n}),b`${e}`}}willUpdate(e){super.willUpdate(e),this.focusKeeper.note()}updated(e){super.updated(e),requestAnimationFrame(()=>{!this.dialog&&this.context.connected&&this.focusKeeper.check()})}showToasts(){window.setTimeout(()=>{if(this.dialog||this.unshown.length===0)return;let e=this.unshown.splice(0);this.toasts=[...this.toasts,...e].filter(({text:e,isProgress:t},n,r)=>{let i=r.slice(n+1);return t?i.length===0:!i.some(t=>t.text===e)}),window.setTimeout(()=>{this.toasts=this.toasts.filter(t=>!e.includes(t))},Pa)},100)}openBatch(e,t){this.dialog=()=>b`<seam-batch-dialog
      .context=${this.context}
      .snapshot=${this.snapshot}
      .announce=${this.announce}
      .kind=${e}
      .entries=${t}
      @seam-closed=${this.closed}
    ></seam-batch-dialog>`}openGuest(e,t,n=!1){this.dialog=()=>b`<seam-guest-dialog
      .context=${this.context}
      .snapshot=${this.snapshot}
      .announce=${this.announce}
      .lock=${e}
      .code=${t}
      .withNewPin=${n}
      @seam-closed=${this.closed}
    ></seam-guest-dialog>`}confirm(e){this.dialog=()=>b`<seam-confirm-dialog
      .context=${this.context}
      .snapshot=${this.snapshot}
      .announce=${this.announce}
      .confirmation=${e}
      @seam-closed=${this.closed}
    ></seam-confirm-dialog>`}previewStays(e){this.dialog=()=>b`<seam-stays-dialog
      .context=${this.context}
      .snapshot=${this.snapshot}
      .announce=${this.announce}
      .stays=${e}
      @seam-closed=${this.closed}
    ></seam-stays-dialog>`}act({action:e,lock:t,code:n,locks:r,stays:i}){e===`add`?this.openGuest(t):i?this.previewStays(i):t&&e===`refresh_lock`?this.refresh(r??[t]):t&&e===`delete_expired`?this.openBatch(`delete`,Kn(t)):t&&n&&this.actOn(e,t,n)}actOn(e,t,n){switch(e){case`edit`:case`new_pin`:this.openGuest(t,n,e===`new_pin`);break;case`convert`:this.openBatch(`convert`,[{lock:t,code:n}]);break;case`pull_backup`:this.dialog=()=>b`<seam-backup-dialog
          .context=${this.context}
          .snapshot=${this.snapshot}
          .announce=${this.announce}
          .lock=${t}
          .code=${n}
          @seam-closed=${this.closed}
        ></seam-backup-dialog>`;break;case`extend`:case`end`:case`release`:case`delete`:case`allow_changes`:this.change(e,{lock:t,code:n})}}change(e,t){let{t:n,hass:r}=this.context,{lock:i,code:a}=t,o=Ia[e],s={name:L(a),lock:i.name},{locks:c=[],stays:l=[]}=this.snapshot??{},u=e===`allow_changes`?[]:Wn(c,t,l),d=e===`delete`||e===`end`?Gn([t,...u]):/* @__PURE__ */ new Map;u.push(...d.keys());let f=t=>this.run(d.has(t)?`delete`:e,t),p=e=>I(r,this.dayLater(e.code),/* @__PURE__ */ new Date);e===`extend`&&u.length===0?(this.announce(n(`saving`),!0),this.attempt(async()=>this.doneText([{lock:i.name,done:await f(t)}]))):this.confirm({title:n(o.title,s),text:e===`delete`&&![t,...u].some(({code:e})=>kn(e))?n(`delete_idle_text`,{count:1}):n(o.text,{...s,time:e===`extend`?p(t):``}),note:$r(this.context,l,a,e),confirm:n(o.confirm),isDangerous:e===`end`||e===`delete`,action:e===`allow_changes`?`update`:e,entry:t,others:u,backups:d,hint:t=>e===`extend`?n(`until`,{time:p(t)}):e===`end`&&d.has(t)?n(`delete`):``,run:f})}async run(e,{lock:t,code:n}){let{hass:r}=this.context,i=L(n);if(e===`extend`){let a=this.dayLater(n),o=I(r,(await D(r,`update`,t,n,{ends_at:a})).ends_at??a,/* @__PURE__ */ new Date);return{key:Ia[e].done,values:{name:i,time:o}}}if(e===`end`)return await D(r,`end`,t,n),{key:Ia[e].done,values:{name:i}};if(e===`allow_changes`)return await D(r,`update`,t,n,{allow_external_modification:!0}),{key:Ia[e].done,values:{name:i}};let{outcome:a,reason:o}=await D(r,e,t,n);if(a===`failed`)throw new E(o??``);let{done:s,pending:c}=Ia[e];return{key:a===`pending`?c:s,values:{name:i}}}dayLater({ends_at:e}){let t=this.context.hass.config.time_zone;return Vt(Ht(P(new Date(e??0),t),1),t,/* @__PURE__ */ new Date).toISOString()}doneText(e){let{hass:t,t:n}=this.context;return wi(t.locale.language,n,e)}async refresh(e){let{t,hass:n}=this.context;this.announce(t(`refreshing`),!0),await this.attempt(async()=>{let t=await bt(n,`lock/refresh`,{entity_ids:e.map(e=>e.entity_id)});return this.doneText(e.map(e=>{let{error:n,online:r}=t[e.entity_id]??{};if(n)return{lock:e.name,error:n};let i=r===!1?`still_offline`:`refreshed`;return{lock:e.name,done:{key:i,values:{}}}}))})}async attempt(e){try{this.announce(await e())}catch(e){this.announce(O(e,this.context.t))}}overlay(){return b`
      ${this.dialog?.()??S}
      <div
        class="toast"
        role="status"
        aria-live="polite"
        aria-atomic="false"
        ?data-shown=${this.toasts.length>0}
      >
        ${A(this.toasts,e=>e,({text:e})=>b`<p>${e}</p>`)}
      </div>
    `}};z([T()],Ra.prototype,`dialog`,void 0),z([T()],Ra.prototype,`toasts`,void 0);var za=v`
  :host {
    display: flex;
    flex-direction: column;
    height: 100vh;
    height: 100dvh;
    background: var(--primary-background-color);
    font-family: var(--ha-font-family-body, Roboto, sans-serif);
    line-height: 1.5;
  }
  header {
    padding-top: var(--safe-area-inset-top, env(safe-area-inset-top, 0px));
    background: var(--app-header-background-color, var(--primary-color));
    color: var(--app-header-text-color, #fff);
    border-bottom: var(--app-header-border-bottom, none);
    flex: none;
  }
  .bar {
    display: flex;
    align-items: center;
    gap: 8px;
    height: var(--header-height, 56px);
    padding-inline: 8px 12px;
  }
  h1:focus {
    outline: none;
  }
  h1 {
    flex: 1;
    font-weight: 400;
    font-size: 1.25rem;
    margin-inline-start: 8px;
  }
  .bar button {
    color: inherit;
  }
  .back:dir(rtl) svg {
    scale: -1 1;
  }
  .add {
    background: color-mix(in srgb, currentcolor 14%, transparent);
  }
  header :focus-visible {
    outline-color: currentcolor;
    outline-offset: -3px;
  }
  nav {
    display: flex;
    padding-inline: 8px;
    overflow-x: auto;
    scrollbar-width: none;
  }
  /* What cannot be seen fades, until the end is reached. */
  @supports (animation-timeline: scroll()) {
    nav {
      mask: linear-gradient(to left, transparent, #000 48px) left /
        calc(100% + 48px) no-repeat;
      animation: end linear;
      animation-timeline: scroll(self inline);
    }
    nav:dir(rtl) {
      mask-image: linear-gradient(to right, transparent, #000 48px);
      mask-position: right;
      animation-direction: reverse;
    }
  }
  @keyframes end {
    from {
      mask-position: right;
    }
    to {
      mask-position: left;
    }
  }
  nav a {
    padding: 12px 16px;
    color: inherit;
    text-decoration: none;
    font-weight: 500;
    font-size: 0.9375rem;
    white-space: nowrap;
    border-bottom: 3px solid transparent;
  }
  nav a[aria-current] {
    border-bottom-color: currentcolor;
  }
  .badge {
    display: inline-block;
    min-width: 20px;
    padding: 0 6px;
    margin-inline-start: 4px;
    border-radius: 10px;
    font-size: 0.75rem;
    line-height: 20px;
    text-align: center;
    background: color-mix(in srgb, currentcolor 18%, transparent);
  }
  main {
    flex: 1;
    overflow-y: auto;
  }
  .content {
    max-width: 1040px;
    margin-inline: auto;
    padding: 16px 16px calc(88px + env(safe-area-inset-bottom, 0px));
    display: grid;
    gap: var(--seam-gap);
  }
  .zone {
    text-align: center;
  }
  .note {
    display: flex;
    justify-content: center;
    gap: 12px;
    padding: 48px 16px;
    text-align: center;
    color: var(--secondary-text-color);
  }
  @media (max-width: 600px) {
    .content {
      padding-inline: 8px;
      padding-block-start: 8px;
      --seam-gap: 12px;
    }
    nav a {
      padding-inline: 12px;
    }
    .add {
      position: fixed;
      z-index: 2;
      inset-inline-end: 16px;
      inset-block-end: calc(16px + env(safe-area-inset-bottom, 0px));
      min-height: 56px;
      border-radius: 16px;
      background: var(--seam-filled, #0b6b8f);
      color: #fff !important;
      box-shadow: 0 3px 10px rgb(0 0 0 / 35%);
    }
    .add:hover {
      background: var(--seam-filled, #0b6b8f) !important;
    }
  }
`,Ba=[`keycode`,`manual`,`automatic`,`remote`,`card`,`mobile_key`,`seamapi`];function Va(e,t){let n=Ba.find(e=>e===t);return n&&e(`method_${n}`)}function Ha({entities:e},t){let n=new Map(t.flatMap(t=>{let n=e[t.entity_id]?.device_id;return n?[[n,t]]:[]}));return new Map(Object.entries(e).flatMap(([e,{platform:t,device_id:r}])=>{let i=n.get(r??``);return i&&t===`seam`&&e.startsWith(`event.`)?[[e,i]]:[]}))}function Ua(e){let t=e.replaceAll(/[_.]/g,` `);return t.charAt(0).toUpperCase()+t.slice(1)}function Wa({states:e},t){return Object.entries(e).flatMap(([e,n])=>{let r=t.get(e);return r?n.flatMap(({s:t,a:n})=>{let i=e=>typeof n[e]==`string`?n[e]:null,a=i(`event_type`),o=i(`occurred_at`)??t,s=Date.parse(t);if(!a||!n.is_logged||Number.isNaN(s))return[];let c=i(`access_code_id`),l=i(`reason_code`);return[{key:[e,t,a,c,o].join(),lockId:r.device_id,entityId:e,recordedAt:s,at:o,type:a,name:i(`access_code_name`),codeId:c,method:i(`method`),reason:l?Ua(l):i(`reason_message`),other:a===`other`?Ua(i(`seam_event_type`)?.replace(/^\w+\./,``)??``):null}]}):[]})}function Ga(e,t,n,r){let i=t.trim().toLocaleLowerCase();return[...e].filter(({lockId:e,name:t,recordedAt:a})=>a>=r&&(!n||e===n)&&(t??``).toLocaleLowerCase().includes(i)).map(e=>({activity:e,time:Date.parse(e.at)})).reverse().sort((e,t)=>t.time-e.time).map(({activity:e})=>e)}function Ka(e){let t=e=>`"${(e??``).replace(/^(?=\s*[=+\-@]|[\t\r])/,`'`).replaceAll(`"`,`""`)}"`;return`\uFEFF${e.map(e=>`${e.map(t).join(`,`)}\r\n`).join(``)}`}var qa=[1,7,30],Ja=100,Ya=/^(access_denied|tampered|.*failed_to_.*)$/,q=class extends C{constructor(...e){super(...e),this.locks=[],this.period=7,this.lockId=``,this.search=``,this.limit=Ja,this.status=`loading`,this.all=/* @__PURE__ */ new Map,this.retries=0,this.content=``}disconnectedCallback(){super.disconnectedCallback(),this.subscription?.stop(),this.subscription=void 0}connectedCallback(){super.connectedCallback(),this.requestUpdate()}willUpdate(e){let{hass:t}=this,n=Ha(t,this.locks),r=JSON.stringify([this.period,[...n.keys()]]),i=`${this.context.connected} ${this.retries} ${r}`;this.isConnected&&this.subscription?.key!==i&&(this.subscription?.stop(),this.subscription={key:i,stop:()=>{}},this.content!==r&&(this.content=r,this.all=/* @__PURE__ */ new Map,this.limit=Ja,this.status=n.size>0?`loading`:`off`),n.size>0&&this.context.connected&&this.subscribe(i,n))}subscribe(e,t){let n=Date.now()-this.period*N,r=!0,i=this.context.hass.connection.subscribeMessage(e=>{if(!r)return;let n=new Map(this.all);for(let r of Wa(e,t))n.set(r.key,r);this.all=n,this.status=`loaded`},{type:`history/stream`,entity_ids:[...t.keys()],start_time:new Date(n).toISOString(),include_start_time_state:!1,significant_changes_only:!1},{resubscribe:!1});i.catch(()=>{r&&(this.status=`failed`,setTimeout(()=>{r&&(this.retries+=1)},Yn))}),this.subscription={key:e,stop:()=>{r=!1,i.then(e=>e()).catch(()=>{})}}}render(){let{t:e}=this.context,t=Date.now()-this.period*N,n=Ga(this.all.values(),this.search,this.lockId,t),r=new Map(this.locks.map(e=>[e.device_id,e]));return b`
      <div class="tools">
        ${li(e(`search_activity`),this.search,e=>{this.search=e})}
        <label>
          <span class="visually-hidden">${e(`lock`)}</span>
          <select
            @change=${e=>{this.lockId=e.target.value}}
          >
            <option value="">${e(`all_locks`)}</option>
            ${this.locks.map(({device_id:e,name:t})=>b`<option
                value=${e}
                ?selected=${e===this.lockId}
              >
                ${t}
              </option>`)}
          </select>
        </label>
        <label>
          <span class="visually-hidden">${e(`period`)}</span>
          <select
            @change=${e=>{let{value:t}=e.target;this.period=Number(t)}}
          >
            ${qa.map(t=>b`<option value=${t} ?selected=${t===this.period}>
                ${e(`period_${t}`)}
              </option>`)}
          </select>
        </label>
        <button
          class="tonal"
          ?disabled=${n.length===0}
          @click=${()=>this.download(n,r)}
        >
          ${B(`M5,20H19V18H5M19,9H15V3H9V9H5L12,16L19,9Z`)} ${e(`download`)}
        </button>
      </div>
      ${n.length===0?b`<p class="box empty" role="status">${this.reason()}</p>`:b`<ul class="box">
              ${A(n.slice(0,this.limit),({key:e})=>e,e=>this.row(e,r.get(e.lockId)))}
            </ul>`}
      ${ci(e,n.length>this.limit,()=>{this.limit+=Ja})}
    `}reason(){let{t:e}=this.context;switch(this.status){case`loading`:return e(`loading`);case`off`:return e(`activity_off`);case`failed`:return e(`activity_failed`);default:return e(this.all.size>0?`activity_no_match`:`activity_none`)}}row(e,t){let{hass:n}=this.context,{at:r,codeId:i,name:a,type:o}=e,s=this.detail(e),c=t?.codes.some(({access_code_id:e})=>e===i);return b`<li>
      <span class="chip ${Ya.test(o)?`bad`:`info`}"
        >${this.eventText(e)}</span
      >
      <span class="text">
        ${a?b`<span
                >${c?b`<a class="link" href="/seam/codes/${i}"><bdi>${a}</bdi></a>`:b`<bdi>${a}</bdi>`}</span
              >`:S}
        <span class="secondary">
          <bdi>${t?.name}</bdi>${s?b` · <bdi>${s}</bdi>`:S}
        </span>
      </span>
      <time class="secondary times" datetime=${r}>${I(n,r,/* @__PURE__ */ new Date)}</time>
    </li>`}eventText({entityId:e,other:t,type:n}){if(t)return t;let r={entity_id:e,state:``,attributes:{}};return this.hass.formatEntityAttributeValue(r,`event_type`,n)}detail({method:e,reason:t}){return[Va(this.context.t,e),t].filter(Boolean).join(` · `)}download(e,t){let{t:n}=this.context,r=Ka([[n(`time`),n(`lock`),n(`event`),n(`name`),n(`detail`)],...e.map(e=>[e.at,t.get(e.lockId)?.name??``,this.eventText(e),e.name,this.detail(e)])]),i=URL.createObjectURL(new Blob([r],{type:`text/csv`}));Object.assign(document.createElement(`a`),{href:i,download:`seam-activity-${this.context.date}.csv`}).click(),setTimeout(()=>URL.revokeObjectURL(i),6e4)}static{this.styles=[H,fi,v`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 12px;
      }
      .tools {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
      }
      .empty {
        padding: 24px 16px;
        text-align: center;
      }
      li {
        display: grid;
        grid-template-columns: 176px minmax(0, 1fr) auto;
        align-items: center;
        gap: 4px 12px;
        padding: 10px 16px;
        content-visibility: auto;
        contain-intrinsic-size: auto 62px;
      }
      li + li {
        border-top: 1px solid var(--divider-color);
      }
      .chip {
        justify-self: start;
        white-space: normal;
      }
      @media (max-width: 600px) {
        li {
          grid-template-columns: minmax(0, 1fr) auto;
        }
        .text {
          grid-area: 2 / 1 / auto / -1;
        }
        .tools :is(label, button) {
          flex: 1 1 auto;
        }
        .tools select {
          width: 100%;
          max-width: none;
        }
      }
      .text {
        display: grid;
        overflow-wrap: anywhere;
      }
    `]}};z([w({attribute:!1})],q.prototype,`context`,void 0),z([w({attribute:!1})],q.prototype,`hass`,void 0),z([w({attribute:!1})],q.prototype,`locks`,void 0),z([T()],q.prototype,`period`,void 0),z([T()],q.prototype,`lockId`,void 0),z([T()],q.prototype,`search`,void 0),z([T()],q.prototype,`limit`,void 0),z([T()],q.prototype,`status`,void 0),z([T()],q.prototype,`all`,void 0),z([T()],q.prototype,`retries`,void 0),q=z([V(`seam-activity`)],q);function Xa(e){return e?.state===`running`||e?.state===`watching`}function Za(e,{reason:t}){switch(t){case`failed`:case`interrupted`:case`new_error`:case`unconfirmed`:case`unreachable`:return e(`conversion_${t}`);default:return``}}var Qa=class extends C{constructor(...e){super(...e),this.locks=[],this.isBusy=!1}willUpdate(e){let t=e.get(`workspace`);t&&Xa(t.conversion)!==Xa(this.workspace.conversion)&&(this.isBusy=!1)}lockName(e){return this.locks.find(({entity_id:t})=>t===e)?.name??this.workspace.conversion?.locks[e]??e}nameOf({entity_id:e,access_code_id:t}){let n=this.locks.find(t=>t.entity_id===e)?.codes.find(e=>e.access_code_id===t),r=this.lockName(e);return n?`${L(n)} · ${r}`:r}namesOf(e){return[...new Set(e.map(e=>this.nameOf(e)))]}async send(e){if(this.isBusy)return;let{hass:t,t:n}=this.context;this.isBusy=!0;try{await bt(t,`conversion/${e}`,{entry_id:this.workspace.entry_id})}catch(e){this.isBusy=!1,ti(this,O(e,n))}}render(){let{conversion:t}=this.workspace;if(!t)return S;let{t:n,connected:i}=this.context,{done:a,failed:o,uncertain:s,left:c}=t,l={lock:this.lockName(t.entity_id),done:a.length,count:a.length+o.length+s.length+c.length},u=Xa(t),d=t.state===`done`&&o.length===0;return b`<section class="box">
      ${u?b`<span class="spinner"></span>`:B(d?r:e)}
      <div class="text">
        <div role="status">
          <h2>${n(`conversion_${t.state}`,l)}</h2>
          <p class="secondary">${n(`conversion_progress`,l)}</p>
        </div>
        ${t.state===`watching`?b`<p>${n(`conversion_watching_hint`,l)}</p>`:S}
        ${t.state===`stopped`?b`<p>${Za(n,t)}</p>`:S}
        ${t.error?b`<p><bdi>${xt(t.error)}</bdi></p>`:S}
        ${o.length>0?b`<ul>
                ${o.map(e=>b`<li>
                    <bdi>${this.nameOf(e)}</bdi>
                    <p class="secondary"><bdi>${e.error?xt(e.error):n(`outcome_failed`)}</bdi></p>
                  </li>`)}
              </ul>`:S}
        ${t.state===`stopped`&&s.length>0?b`<p>${n(`conversion_uncertain`)}</p>
                <ul>
                  ${this.namesOf(s).map(e=>b`<li><bdi>${e}</bdi></li>`)}
                </ul>`:S}
        ${t.state===`stopped`&&c.length>0?b`<details>
                <summary>${n(`conversion_left`,{count:c.length})}</summary>
                <ul>
                  ${this.namesOf(c).map(e=>b`<li><bdi>${e}</bdi></li>`)}
                </ul>
              </details>`:S}
        <p>
          <button
            class="tonal"
            aria-disabled=${this.isBusy?`true`:S}
            ?disabled=${!i}
            @click=${()=>this.send(u?`stop`:`dismiss`)}
          >
            ${n(u?this.isBusy?`conversion_stopping`:`stop`:`dismiss`)}
          </button>
        </p>
      </div>
    </section>`}static{this.styles=[H,v`
      .box {
        display: flex;
        gap: 12px;
        padding: 16px;
        overflow-wrap: anywhere;
      }
      .text {
        flex: 1;
        min-width: 0;
        display: grid;
        gap: 8px;
      }
      summary {
        padding-block: 10px;
        cursor: pointer;
      }
    `]}};z([w({attribute:!1})],Qa.prototype,`context`,void 0),z([w({attribute:!1})],Qa.prototype,`workspace`,void 0),z([w({attribute:!1})],Qa.prototype,`locks`,void 0),z([T()],Qa.prototype,`isBusy`,void 0),Qa=z([V(`seam-conversion`)],Qa);var $a=150,J=class extends C{constructor(...e){super(...e),this.locks=[],this.workspaces=[],this.selected=/* @__PURE__ */ new Set,this.limit=$a,this.search=``,this.most=0,this.codes=[]}willUpdate(e){e.has(`locks`)&&(this.codes=Jn(this.locks)),this.most=Math.max(this.most,this.codes.length)}render(){let{codes:e}=this,{t,isAdmin:n,connected:i}=this.context,a=this.workspaces.map(e=>b`<seam-conversion
        .context=${this.context}
        .workspace=${e}
        .locks=${this.locks}
        ?hidden=${!e.conversion}
      ></seam-conversion>`),o=this.locks.filter(e=>!e.unmanaged_known),c=o.length>0?b`<p class="box none">
            <bdi>${o.map(({name:e})=>e).join(`, `)}</bdi>:
            ${t(`unmanaged_unknown`)}
          </p>`:S;if(e.length===0)return b`${a}
      ${c===S?b`<p class="box none">${t(`found_none`)}</p>`:c}`;let l=this.workspaces.some(({conversion:e})=>Xa(e)),u=e.filter(({lock:e,code:t})=>R(this.search,L(t),e.name)),d=({code:e})=>e.can.convert===!0||e.can.delete===!0,f=({code:e})=>this.selected.has(e.access_code_id),p=e.filter(e=>d(e)&&f(e)),m=u.filter(d),h=m.filter(f).length,g=e=>{let t={kind:e,entries:p};this.dispatchEvent(new CustomEvent(`seam-batch`,{detail:t,bubbles:!0,composed:!0}))},_=e=>p.filter(({code:t})=>t.can[e]===!0).length;return b`
      ${a} ${c}
      <p class="secondary hint">
        ${t(`found_hint`)} ${n?t(`found_hint_convert`):S}
      </p>
      ${oi(this.most,t(`search_all`),this.search,e=>{this.search=e})}
      <section class="box">
        ${n?b`<div class="bar">
                <div class="selection">
                  <label>
                    <input
                      type="checkbox"
                      .checked=${G(h===m.length&&h>0)}
                      .indeterminate=${G(h>0&&h<m.length)}
                      ?disabled=${m.length===0}
                      @change=${e=>{let{checked:t}=e.target,n=new Set(this.selected);for(let{code:e}of m)t?n.add(e.access_code_id):n.delete(e.access_code_id);this.selected=n}}
                    />
                    ${t(`select_all`)}
                  </label>
                  <span role="status" class="secondary"
                    >${p.length>0?t(`selected`,{count:p.length}):S}</span
                  >
                </div>
                <button
                  class="tonal"
                  ?disabled=${_(`convert`)===0||!i||l}
                  @click=${()=>g(`convert`)}
                >
                  ${l?b`<span class="spinner"></span> ${t(`converting`)}`:b`${B(r)} ${t(`convert`)}`}
                </button>
                <button
                  ?disabled=${_(`delete`)===0||!i}
                  @click=${()=>g(`delete`)}
                >
                  ${B(s)} ${t(`delete`)}
                </button>
              </div>`:S}
        <ul>
          ${A(u.slice(0,this.limit),({code:e})=>e.access_code_id,e=>this.row(e))}
        </ul>
      </section>
      ${u.length===0?si(t(`no_match`)):S}
      ${ci(t,u.length>this.limit,()=>{this.limit+=$a})}
    `}row({lock:e,code:t,sameAs:n}){let{context:r}=this,{t:i}=r,a=t.access_code_id,o=[t.can.convert,t.can.delete].filter(e=>e!==!0),s=new Set(o),c=s.size>1?[i(`found_fixed`)]:[...s];return b`<li>
      <label>
        ${r.isAdmin?b`<input
                type="checkbox"
                aria-label=${i(`select`,{name:L(t)})}
                .checked=${G(this.selected.has(a))}
                ?disabled=${o.length===2}
                @change=${e=>{let t=new Set(this.selected);e.target.checked?t.add(a):t.delete(a),this.selected=t}}
              />`:S}
        <span class="text">
          <span class="cut"><bdi>${L(t)}</bdi></span>
          <span class="secondary"
            ><bdi>${e.name}</bdi> · ${Zr(r,t)}</span
          >
          ${(r.isAdmin?c:[]).map(e=>b`<span class="secondary">${e}</span>`)}
        </span>
        <span class="chips">
          ${n.length>0?b`<span class="chip warn"
                  >${i(`duplicate_of`,{names:n.map(L).join(`, `)})}</span
                >`:S}
          ${Yr(r,t.state)}
        </span>
      </label>
    </li>`}static{this.styles=[H,fi,v`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 12px;
      }
      .none {
        padding: 24px 16px;
        text-align: center;
        color: var(--secondary-text-color);
      }
      .hint {
        padding-inline: 16px;
      }
      .bar {
        position: sticky;
        top: 0;
        z-index: 1;
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px;
        padding: 8px 16px;
        background: var(--ha-card-background, var(--card-background-color));
        border-bottom: 1px solid var(--divider-color);
      }
      .box {
        overflow: clip;
      }
      label {
        display: flex;
        align-items: center;
        gap: 16px;
      }
      .selection {
        flex: 1;
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 16px;
      }
      .bar label {
        min-height: 44px;
      }
      li label {
        padding: 10px 16px;
      }
      li + li {
        border-top: 1px solid var(--divider-color);
      }
      [type="checkbox"] {
        width: 20px;
        height: 20px;
        margin: 0;
        flex: none;
        accent-color: var(--primary-color);
      }
      .text {
        flex: 1;
        min-width: 0;
        display: grid;
      }
      .chips {
        display: flex;
        flex-wrap: wrap;
        justify-content: flex-end;
        gap: 4px;
        max-width: 50%;
      }
      .chip {
        overflow: hidden;
        max-width: 100%;
        text-overflow: ellipsis;
      }
      @media (max-width: 480px) {
        .selection {
          flex-basis: 100%;
        }
        li label {
          flex-wrap: wrap;
          gap: 4px 16px;
        }
        .chips {
          width: 100%;
          max-width: none;
          justify-content: flex-start;
          padding-inline-start: 36px;
        }
      }
    `]}};z([w({attribute:!1})],J.prototype,`context`,void 0),z([w({attribute:!1})],J.prototype,`locks`,void 0),z([w({attribute:!1})],J.prototype,`workspaces`,void 0),z([T()],J.prototype,`selected`,void 0),z([T()],J.prototype,`limit`,void 0),z([T()],J.prototype,`search`,void 0),J=z([V(`seam-found`)],J);var eo={locked:u,locking:u,unlocked:f,unlocking:f,jammed:d};function to({state:e}){return e&&e in eo?e:`unknown`}function no(e){let t=to(e);return B(t===`unknown`?`M12,1A5,5 0 0,0 7,6V8H6A2,2 0 0,0 4,10V20A2,2 0 0,0 6,22H18A2,2 0 0,0 20,20V10A2,2 0 0,0 18,8H17V6A5,5 0 0,0 12,1M12,2.9C13.71,2.9 15.1,4.29 15.1,6V8H8.9V6C8.9,4.29 10.29,2.9 12,2.9M12.19,10.5C13.13,10.5 13.88,10.71 14.42,11.12C14.96,11.54 15.23,12.1 15.23,12.8C15.23,13.24 15.08,13.63 14.79,14C14.5,14.36 14.12,14.64 13.66,14.85C13.4,15 13.23,15.15 13.14,15.32C13.05,15.5 13,15.72 13,16H11C11,15.5 11.1,15.16 11.29,14.92C11.5,14.68 11.84,14.4 12.36,14.08C12.62,13.94 12.83,13.76 13,13.54C13.14,13.33 13.22,13.08 13.22,12.8C13.22,12.5 13.13,12.28 12.95,12.11C12.77,11.93 12.5,11.85 12.19,11.85C11.92,11.85 11.7,11.92 11.5,12.06C11.34,12.2 11.24,12.41 11.24,12.69H9.27C9.22,12 9.5,11.4 10.05,11.04C10.59,10.68 11.3,10.5 12.19,10.5M11,17H13V19H11V17Z`:eo[t])}function ro(e,{t,hass:n},r){let{entity_id:i,name:a}=r;if(!(i in n.entities))return;let o=t(`lock_${to(r)}`);return b`<button
    class="tonal"
    aria-haspopup="dialog"
    aria-label="${a}: ${o}"
    @click=${()=>e.dispatchEvent(new CustomEvent(`hass-more-info`,{detail:{entityId:i},bubbles:!0,composed:!0}))}
  >
    ${no(r)} ${o}
  </button>`}function io(e,t,n){let{t:r}=e;return b`
    ${n??b`<span class="fact">${no(t)} ${r(`lock_${to(t)}`)}</span>`}
    ${ao(e,t)}
    ${t.free_slots===null?S:b`<span class="fact ${t.free_slots===0?`bad`:``}">
            ${B(`M4,17V9H2V7H6V17H4M22,15C22,16.11 21.1,17 20,17H16V15H20V13H18V11H20V9H16V7H20A2,2 0 0,1 22,9V10.5A1.5,1.5 0 0,1 20.5,12A1.5,1.5 0 0,1 22,13.5V15M14,15V17H8V13C8,11.89 8.9,11 10,11H12V9H8V7H12A2,2 0 0,1 14,9V11C14,12.11 13.1,13 12,13H10V15H14Z`)} ${r(`free_slots`,{count:t.free_slots})}
          </span>`}
  `}function ao({t:e,hass:t},n){let{battery:r}=n,i=tn(t.locale,(r??0)/100,{style:`percent`}),a=e(`battery`,{percent:i});return b`
    ${n.online===!1?b`<span class="fact bad">${B(m)} ${e(`offline`)}</span>`:S}
    ${r===null?S:b`<span
            class="fact ${Nn(n)?`bad`:``}"
            role="img"
            aria-label=${a}
            title=${a}
          >
            ${B(r<=10?`M14 20H6V6H14M14.67 4H13V2H7V4H5.33C4.6 4 4 4.6 4 5.33V20.67C4 21.4 4.6 22 5.33 22H14.67C15.4 22 16 21.4 16 20.67V5.33C16 4.6 15.4 4 14.67 4M21 7H19V13H21V8M21 15H19V17H21V15Z`:Nn(n)?`M16,17H8V6H16M16.67,4H15V2H9V4H7.33A1.33,1.33 0 0,0 6,5.33V20.67C6,21.4 6.6,22 7.33,22H16.67A1.33,1.33 0 0,0 18,20.67V5.33C18,4.6 17.4,4 16.67,4Z`:r<=60?`M16,13H8V6H16M16.67,4H15V2H9V4H7.33A1.33,1.33 0 0,0 6,5.33V20.67C6,21.4 6.6,22 7.33,22H16.67A1.33,1.33 0 0,0 18,20.67V5.33C18,4.6 17.4,4 16.67,4Z`:`M16.67,4H15V2H9V4H7.33A1.33,1.33 0 0,0 6,5.33V20.67C6,21.4 6.6,22 7.33,22H16.67A1.33,1.33 0 0,0 18,20.67V5.33C18,4.6 17.4,4 16.67,4Z`)}
            ${i}
          </span>`}
  `}var oo=class extends C{constructor(...e){super(...e),this.label=``,this.items=[],this.isClosed=!1}render(){return b`
      <div
        popover="auto"
        role="menu"
        aria-label=${this.label}
        @toggle=${this.toggled}
        @keydown=${this.move}
      >
        ${this.items.map((e,t)=>b`
            <button
              role="menuitem"
              tabindex="-1"
              class=${e.isDangerous?`danger`:``}
              aria-disabled=${e.disabled?`true`:S}
              aria-describedby=${e.disabled?`reason-${t}`:S}
              @click=${()=>this.choose(e)}
            >
              ${B(e.icon)}
              <span>
                ${e.text}
                ${e.disabled?b`<small id="reason-${t}">${e.disabled}</small>`:S}
              </span>
            </button>
          `)}
      </div>
    `}firstUpdated(){let{popup:e}=this;e.showPopover();let t=this.anchor.getBoundingClientRect(),{offsetWidth:n,offsetHeight:r}=e,i=getComputedStyle(this).direction===`rtl`?t.left:t.right-n,a=t.bottom+r<=window.innerHeight-8?t.bottom:Math.max(8,t.top-r);e.style.left=`${Math.max(8,Math.min(i,window.innerWidth-n-8))}px`,e.style.top=`${Math.max(8,Math.min(a,window.innerHeight-r-8))}px`,this.entries[0]?.focus()}close(){this.popup.hidePopover(),this.report()}get entries(){return[...this.popup.querySelectorAll(`[role=menuitem]`)]}toggled(e){e.newState===`closed`&&this.report()}report(){this.isClosed||(this.isClosed=!0,this.dispatchEvent(new Event(`seam-closed`)))}choose(e){e.disabled||(this.close(),this.anchor.focus(),e.run())}move(e){let{entries:t}=this,n=t.indexOf(this.shadowRoot?.activeElement),r={ArrowDown:n+1,ArrowUp:n-1,Home:0,End:t.length-1}[e.key];r===void 0?e.key===`Tab`?this.close():e.key===`Escape`&&(e.preventDefault(),this.close(),this.anchor.focus()):(e.preventDefault(),t.at(r%t.length)?.focus())}static{this.styles=[H,v`
      :host {
        display: contents;
      }
      [popover] {
        position: fixed;
        inset: auto;
        margin: 0;
        padding: 8px 0;
        border: 0;
        border-radius: 12px;
        min-width: 220px;
        max-width: min(340px, calc(100vw - 16px));
        max-height: calc(100vh - 16px);
        overflow-y: auto;
        background: var(--card-background-color);
        color: var(--primary-text-color);
        box-shadow: 0 4px 16px rgb(0 0 0 / 30%);
      }
      [role="menuitem"] {
        display: flex;
        justify-content: flex-start;
        width: 100%;
        gap: 16px;
        padding: 8px 16px;
        border-radius: 0;
        font-weight: 400;
        text-align: start;
      }
      [role="menuitem"]:focus-visible {
        outline-offset: -2px;
      }
      [role="menuitem"] svg {
        color: var(--secondary-text-color);
      }
      .danger,
      .danger svg {
        color: var(--seam-error-text) !important;
      }
      [aria-disabled="true"] {
        cursor: default;
        color: var(--secondary-text-color);
      }
      [aria-disabled="true"] svg {
        opacity: 0.5;
      }
      small {
        display: block;
        font-size: 0.875rem;
        color: var(--secondary-text-color);
      }
    `]}};z([w({attribute:!1})],oo.prototype,`label`,void 0),z([w({attribute:!1})],oo.prototype,`items`,void 0),z([w({attribute:!1})],oo.prototype,`anchor`,void 0),z([st(`[popover]`)],oo.prototype,`popup`,void 0),oo=z([V(`seam-menu`)],oo);var so=15e3;function co(e,t){let n=({problems:e})=>e.map(({error_code:e,warning_code:t})=>e??t).join();return e.device_id!==t?.device_id||e.name!==t.name||n(e)!==n(t)}var Y=class extends C{constructor(...e){super(...e),this.isBusy=!1,this.isFresh=!0,this.isMenuOpen=!1,this.timer=0}disconnectedCallback(){super.disconnectedCallback(),this.isMenuOpen=!1,queueMicrotask(()=>{this.isConnected||this.hide()})}focus(){this.more?.focus()}willUpdate(e){let t=e.get(`code`);t&&t.access_code_id!==this.code.access_code_id&&this.hide()}pinOutput(){let e=L(this.code);return this.pin?b`<output class="pin" aria-label=${this.context.t(`pin_of`,{name:e})}
          >${this.pin}</output
        >`:S}buttons(){let{code:e,context:t}=this,{t:n}=t,r=L(e);return t.isAdmin?b`
      <button
        class="icon reveal"
        aria-label="${n(this.pin?`hide_pin`:`show_pin`)}: ${r}"
        title=${e.can.reveal===!0?n(this.pin?`hide_pin`:`show_pin`):e.can.reveal}
        ?disabled=${e.can.reveal!==!0||!t.connected}
        @click=${()=>this.pin?this.hide():this.show()}
      >
        ${this.isBusy?b`<span class="spinner"></span>`:B(this.pin?`M2,5.27L3.28,4L20,20.72L18.73,22L15.65,18.92C14.5,19.3 13.28,19.5 12,19.5C7,19.5 2.73,16.39 1,12C1.69,10.24 2.79,8.69 4.19,7.46L2,5.27M12,9A3,3 0 0,1 15,12C15,12.35 14.94,12.69 14.83,13L11,9.17C11.31,9.06 11.65,9 12,9M12,4.5C17,4.5 21.27,7.61 23,12C22.18,14.08 20.79,15.88 19,17.19L17.58,15.76C18.94,14.82 20.06,13.54 20.82,12C19.17,8.64 15.76,6.5 12,6.5C10.91,6.5 9.84,6.68 8.84,7L7.3,5.47C8.74,4.85 10.33,4.5 12,4.5M3.18,12C4.83,15.36 8.24,17.5 12,17.5C12.69,17.5 13.37,17.43 14,17.29L11.72,15C10.29,14.85 9.15,13.71 9,12.28L5.6,8.87C4.61,9.72 3.78,10.78 3.18,12Z`:c)}
      </button>
      <button
        class="icon more"
        aria-haspopup="menu"
        aria-expanded=${this.isMenuOpen?`true`:`false`}
        aria-label=${n(`actions_for`,{name:r})}
        title=${n(`actions_for`,{name:r})}
        @click=${this.toggleMenu}
        @keydown=${e=>{e.key===`ArrowDown`&&!this.isMenuOpen&&(e.preventDefault(),this.toggleMenu())}}
      >
        ${B(`M12,16A2,2 0 0,1 14,18A2,2 0 0,1 12,20A2,2 0 0,1 10,18A2,2 0 0,1 12,16M12,10A2,2 0 0,1 14,12A2,2 0 0,1 12,14A2,2 0 0,1 10,12A2,2 0 0,1 12,10M12,4A2,2 0 0,1 14,6A2,2 0 0,1 12,8A2,2 0 0,1 10,6A2,2 0 0,1 12,4Z`)}
      </button>
      ${this.isMenuOpen?b`<seam-menu
              .label=${n(`actions_for`,{name:r})}
              .items=${this.items()}
              .anchor=${this.more}
              @seam-closed=${()=>{this.isMenuOpen=!1}}
            ></seam-menu>`:S}
    `:S}toggleMenu(){this.isMenuOpen?this.menu?.close():this.isMenuOpen=!0}items(){let{code:e,lock:t,context:n}=this,{t:i}=n,a=(t,r,a,o)=>({text:r,icon:a,disabled:n.connected?e.can[t]===!0?void 0:e.can[t]:i(`connection_lost`),run:o}),l=n=>()=>ei(this,{action:n,lock:t,code:e}),u=[a(`reveal`,i(`show_pin`),c,()=>void this.show()),a(`reveal`,i(`copy_pin`),o,()=>void this.copy())];return e.is_managed?(u.push(a(`update`,i(`edit`),`M14.06,9L15,9.94L5.92,19H5V18.08L14.06,9M17.66,3C17.41,3 17.15,3.1 16.96,3.29L15.13,5.12L18.88,8.87L20.71,7.04C21.1,6.65 21.1,6 20.71,5.63L18.37,3.29C18.17,3.09 17.92,3 17.66,3M14.06,6.19L3,17.25V21H6.75L17.81,9.94L14.06,6.19Z`,l(`edit`))),e.ends_at&&(u.push(a(`extend`,i(`extend`),`M19 19V8H5V19H19M16 1H18V3H19C20.11 3 21 3.9 21 5V19C21 20.11 20.11 21 19 21H5C3.89 21 3 20.1 3 19V5C3 3.89 3.89 3 5 3H6V1H8V3H16V1M11 9.5H13V12.5H16V14.5H13V17.5H11V14.5H8V12.5H11V9.5Z`,l(`extend`))),An(e)||u.push(a(`end`,i(`end_now`),`M12,1C8.14,1 5,4.14 5,8A7,7 0 0,0 12,15C15.86,15 19,11.87 19,8C19,4.14 15.86,1 12,1M12,3.15C14.67,3.15 16.85,5.32 16.85,8C16.85,10.68 14.67,12.85 12,12.85A4.85,4.85 0 0,1 7.15,8A4.85,4.85 0 0,1 12,3.15M11,5V8.69L14.19,10.53L14.94,9.23L12.5,7.82V5M15,16V19H3V21H15V24L19,20M19,20V24H21V16H19`,l(`end`))),e.is_backup_access_code_available&&u.push(a(`pull_backup`,i(`use_backup`),`M19.79,15.41C20.74,13.24 20.74,10.75 19.79,8.59L17.05,9.83C17.65,11.21 17.65,12.78 17.06,14.17L19.79,15.41M15.42,4.21C13.25,3.26 10.76,3.26 8.59,4.21L9.83,6.94C11.22,6.35 12.79,6.35 14.18,6.95L15.42,4.21M4.21,8.58C3.26,10.76 3.26,13.24 4.21,15.42L6.95,14.17C6.35,12.79 6.35,11.21 6.95,9.82L4.21,8.58M8.59,19.79C10.76,20.74 13.25,20.74 15.42,19.78L14.18,17.05C12.8,17.65 11.22,17.65 9.84,17.06L8.59,19.79M12,2A10,10 0 0,1 22,12A10,10 0 0,1 12,22A10,10 0 0,1 2,12A10,10 0 0,1 12,2M12,8A4,4 0 0,0 8,12A4,4 0 0,0 12,16A4,4 0 0,0 16,12A4,4 0 0,0 12,8Z`,l(`pull_backup`)))),An(e)||u.push(a(`release`,i(`release`),`M17,7H13V8.9H17C18.71,8.9 20.1,10.29 20.1,12C20.1,13.43 19.12,14.63 17.79,15L19.25,16.44C20.88,15.61 22,13.95 22,12A5,5 0 0,0 17,7M16,11H13.81L15.81,13H16V11M2,4.27L5.11,7.38C3.29,8.12 2,9.91 2,12A5,5 0 0,0 7,17H11V15.1H7C5.29,15.1 3.9,13.71 3.9,12C3.9,10.41 5.11,9.1 6.66,8.93L8.73,11H8V13H10.73L13,15.27V17H14.73L18.74,21L20,19.74L3.27,3L2,4.27Z`,l(`release`)))):u.push(a(`convert`,i(`convert`),r,l(`convert`))),u.push({...a(`delete`,i(`delete`),s,l(`delete`)),isDangerous:!0}),u}readPin(){return wt(this.context.hass,this.lock,this.code)}reveal(){return this.revealing??=this.read().finally(()=>{this.revealing=void 0}),this.revealing}async read(){this.isBusy=!0;try{let{pin:e,isFresh:t}=await this.readPin();return this.isFresh=t,e}catch(e){ti(this,O(e,this.context.t));return}finally{this.isBusy=!1}}async show(){let{code:e}=this,t=await this.reveal();t&&(this.display(t,e),this.isFresh||ti(this,this.context.t(`pin_not_fresh`)))}display(e,{access_code_id:t}){this.isConnected&&this.code.access_code_id===t&&(this.pin=e,window.clearTimeout(this.timer),this.timer=window.setTimeout(()=>this.hide(),so))}hide(){window.clearTimeout(this.timer),this.pin=void 0}async copy(){let{code:e,context:t}=this,{t:n}=t,r=this.pin?Promise.resolve(this.pin):this.reveal(),i=await ui(r,this),a=await r;if(!a)return;i||this.display(a,e);let o=n(i?`copied`:`copy_failed`);ti(this,this.isFresh?o:[o,n(`pin_not_fresh`)].join(` · `))}static{this.controlStyles=v`
    .pin {
      font-size: 1.25rem;
      font-weight: 500;
      letter-spacing: 0.12em;
      font-variant-numeric: tabular-nums;
      user-select: all;
    }
    .more {
      margin-inline-start: -8px;
    }
  `}};z([w({attribute:!1})],Y.prototype,`context`,void 0),z([w({attribute:!1})],Y.prototype,`code`,void 0),z([w({attribute:!1,hasChanged:co})],Y.prototype,`lock`,void 0),z([T()],Y.prototype,`pin`,void 0),z([T()],Y.prototype,`isBusy`,void 0),z([T()],Y.prototype,`isMenuOpen`,void 0),z([st(`.more`)],Y.prototype,`more`,void 0),z([st(`seam-menu`)],Y.prototype,`menu`,void 0);var lo=class extends Y{constructor(...e){super(...e),this.entries=[]}render(){return b`${this.pinOutput()}${this.buttons()}`}async readPin(){let{entries:e,context:t}=this,n=await Promise.allSettled(e.map(({lock:e,code:n})=>wt(t.hass,e,n))),r=n.flatMap(e=>e.status===`fulfilled`?e.value:[]),i=n.flatMap(e=>e.status===`rejected`?[e.reason]:[]),a=n.map(e=>e.status===`fulfilled`?e.value.pin:void 0);if(i.length>0&&!a.some(e=>e))throw i[0];for(let e of new Set(i.map(e=>O(e,t.t))))ti(this,e);let o=r.every(e=>e.isFresh);return new Set(a).size<2?{pin:a[0],isFresh:o}:{pin:a.map((t,n)=>`${e[n]?.lock.name}: ${t??`–`}`).join(`, `),isFresh:o}}static{this.styles=[H,Y.controlStyles,v`
      :host {
        display: contents;
      }
      .pin {
        overflow-wrap: anywhere;
      }
      @media (max-width: 480px) {
        .pin {
          grid-area: 3 / 1;
        }
        .reveal {
          grid-area: 1 / 2 / span 2;
        }
        .more {
          grid-area: 1 / 3 / span 2;
        }
      }
    `]}};z([w({attribute:!1})],lo.prototype,`entries`,void 0),lo=z([V(`seam-stay-controls`)],lo);function uo(e,{same_pin_as:t}){return t.flatMap(t=>e.codes.find(({access_code_id:e})=>e===t)??[]).map(L).join(`, `)}var X=class extends Y{constructor(...e){super(...e),this.samePinAs=``,this.origin=``,this.note=``,this.reason=``,this.withLock=!1,this.withProblems=!1}render(){let{code:e,context:t,lock:n}=this,{t:r}=t,i=L(e),a=this.withProblems?wn(e,n):[];return b`
      <div class="row">
        <div class="text">
          <div class="cut" title=${i}><bdi>${i}</bdi></div>
          <div class="secondary times">
            ${this.note||Zr(t,e)}
            ${this.withLock?b`·
                    <a class="link" href="/seam/codes/${e.access_code_id}"
                      ><bdi>${n.name}</bdi></a
                    >`:S}
          </div>
          ${this.reason?b`<div class="secondary"><bdi>${this.reason}</bdi></div>`:S}
          ${this.origin?b`<div class="secondary">
                  <bdi>${r(`from_stays`,{name:this.origin})}</bdi>
                </div>`:S}
          ${this.samePinAs?b`<div class="secondary">
                  ${r(`same_pin`,{names:this.samePinAs})}
                </div>`:S}
        </div>
        ${this.pinOutput()}
        <div class="chips">
          ${e.is_backup?b`<span class="chip plain">${r(`backup`)}</span>`:S}
          ${e.is_one_time_use?b`<span class="chip plain">${r(`one_time`)}</span>`:S}
          ${e.is_offline_access_code?b`<span class="chip plain">${r(`offline_code`)}</span>`:S}
          ${Yr(t,e.state)}
        </div>
        ${this.buttons()}
      </div>
      ${a.length>0?b`<div class="problems">
              ${ni(this,t,n,a,e)}
            </div>`:S}
    `}static{this.styles=[H,Y.controlStyles,v`
      :host {
        display: block;
        container-type: inline-size;
      }
      .row {
        display: flex;
        align-items: center;
        gap: 4px 12px;
        padding-block: 8px;
        padding-inline: 16px 4px;
        min-height: 56px;
      }
      :host(:not([admin])) .row {
        padding-inline-end: 16px;
      }
      :host([selected]) .row {
        background: color-mix(in srgb, var(--primary-color) 12%, transparent);
      }
      .text {
        flex: 1;
        min-width: 0;
      }
      .chips {
        display: flex;
        gap: 6px;
        flex-wrap: wrap;
        justify-content: flex-end;
      }
      .problems {
        display: grid;
        gap: 8px;
        padding: 0 16px 12px;
      }
      @container (max-width: 480px) {
        .row {
          display: grid;
          grid-template-columns: minmax(0, 1fr) auto auto;
          gap: 2px 0;
        }
        .text {
          grid-area: 1 / 1;
        }
        .chips {
          grid-area: 2 / 1;
          justify-content: flex-start;
        }
        .pin {
          grid-area: 3 / 1;
        }
        .reveal {
          grid-area: 1 / 2 / span 2;
        }
        .more {
          grid-area: 1 / 3 / span 2;
        }
      }
    `]}};z([w({attribute:!1})],X.prototype,`samePinAs`,void 0),z([w({attribute:!1})],X.prototype,`origin`,void 0),z([w({attribute:!1})],X.prototype,`note`,void 0),z([w({attribute:!1})],X.prototype,`reason`,void 0),z([w({type:Boolean})],X.prototype,`withLock`,void 0),z([w({type:Boolean})],X.prototype,`withProblems`,void 0),X=z([V(`seam-code-row`)],X);var fo=20,Z=class extends C{constructor(...e){super(...e),this.stays=[],this.search=``,this.order=`time`,this.isExpiredOpen=!1,this.limit=fo,this.hasScrolled=!1,this.groups=/* @__PURE__ */ new Map,this.origins=/* @__PURE__ */ new Map}willUpdate(e){let t=e.get(`lock`);if(t&&t.device_id!==this.lock.device_id&&(this.limit=fo,this.search=``),e.has(`stays`)&&(this.origins=Mr(this.stays)),e.has(`selected`)){this.hasScrolled=!1;let e=this.lock.codes.find(e=>e.access_code_id===this.selected);e&&jn(e)===`expired`&&(this.isExpiredOpen=!0)}(e.has(`lock`)||e.has(`search`)||e.has(`order`))&&(this.groups=In(this.lock.codes,this.search,this.order))}updated(){this.limit<this.lock.codes.length?requestAnimationFrame(()=>{this.limit+=fo}):this.selected&&!this.hasScrolled&&(this.hasScrolled=!0,this.scrollToSelected())}async scrollToSelected(){let e=[...this.shadowRoot?.querySelectorAll(`seam-code-row`)??[]];await Promise.all(e.map(e=>e.updateComplete));let t=e.find(e=>e.hasAttribute(`selected`));requestAnimationFrame(()=>t?.scrollIntoView({block:`center`}))}render(){let{context:e,lock:t,groups:n}=this,{t:r}=e;if(!t.codes_known)return b`<p class="empty box">${r(`codes_unknown`)}</p>`;if(t.codes.length===0)return t.unmanaged_known?b`<p class="empty box">${r(`no_codes`)}</p>`:S;let i=[...n.values()].reduce((e,t)=>e+t.length,0),a=this.limit;return b`
      ${t.codes.length>=8||this.search?this.tools():S}
      ${i===0?si(r(`no_match`)):S}
      ${yn.map(e=>{let t=n.get(e)??[];if(t.length===0)return S;let r=t.slice(0,Math.max(0,a)),i=e===`expired`&&!this.isExpiredOpen&&!this.search;return i||(a-=t.length),this.group(e,t.length,i?void 0:r)})}
    `}tools(){let{t:e}=this.context;return b`
      <div class="tools">
        ${li(e(`search_codes`),this.search,e=>{this.search=e})}
        <label>
          <span class="visually-hidden">${e(`order`)}</span>
          <select
            @change=${e=>{this.order=e.target.value}}
          >
            <option value="time" ?selected=${this.order===`time`}>${e(`order_time`)}</option>
            <option value="name" ?selected=${this.order===`name`}>${e(`order_name`)}</option>
          </select>
        </label>
      </div>
    `}group(e,t,n){let{context:r,lock:a}=this,{t:o}=r,s=o(`group_${e}`);return b`
      <section class="box" aria-label=${s}>
        ${e===`expired`?b`<button
                class="fold"
                aria-expanded=${n?`true`:`false`}
                @click=${()=>{this.isExpiredOpen=!this.isExpiredOpen}}
              >
                <h2>${s}</h2>
                <span class="secondary">${t}</span>
                ${B(i)}
              </button>`:b`<div class="section">
                  <h2>${s}</h2>
                  <span class="secondary">${t}</span>
                </div>
                ${e===`unmanaged`?b`<p class="secondary hint">
                        ${o(`unmanaged_hint`)}
                        ${r.isAdmin?o(`unmanaged_hint_convert`):S}
                      </p>`:S}`}
        ${n?b`<ul>
                ${A(n,e=>e.access_code_id,t=>b`<li>
                    <seam-code-row
                      .context=${r}
                      .lock=${a}
                      .code=${t}
                      .origin=${this.origins.get(t.access_code_id)??``}
                      .samePinAs=${uo(a,t)}
                      .withProblems=${e!==`expired`}
                      ?admin=${r.isAdmin}
                      ?selected=${t.access_code_id===this.selected}
                    ></seam-code-row>
                  </li>`)}
              </ul>`:S}
      </section>
    `}static{this.styles=[H,fi,v`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--seam-gap);
      }
      .hint {
        padding: 0 16px 4px;
      }
      .tools {
        display: flex;
        gap: 8px;
      }
      .fold {
        width: 100%;
        min-height: 52px;
        border-radius: 0;
        justify-content: flex-start;
      }
      .fold h2 {
        flex: 1;
        text-align: start;
      }
      .fold svg {
        color: var(--secondary-text-color);
        transition: rotate 150ms;
      }
      .fold[aria-expanded="true"] svg {
        rotate: 180deg;
      }
      .fold:focus-visible {
        outline-offset: -2px;
      }
      li + li {
        border-top: 1px solid var(--divider-color);
      }
      li {
        content-visibility: auto;
        contain-intrinsic-size: auto 60px;
      }
    `]}};z([w({attribute:!1})],Z.prototype,`context`,void 0),z([w({attribute:!1})],Z.prototype,`lock`,void 0),z([w({attribute:!1})],Z.prototype,`stays`,void 0),z([w({attribute:!1})],Z.prototype,`selected`,void 0),z([T()],Z.prototype,`search`,void 0),z([T()],Z.prototype,`order`,void 0),z([T()],Z.prototype,`isExpiredOpen`,void 0),z([T()],Z.prototype,`limit`,void 0),Z=z([V(`seam-code-list`)],Z);var po=class extends C{constructor(...e){super(...e),this.stays=[]}render(){let{context:e,lock:n}=this,{t:r}=e,i=this.selected&&n.codes_known&&n.unmanaged_known&&!n.codes.some(e=>e.access_code_id===this.selected);return b`
      <div class="facts">
        <div>${io(e,n,ro(this,e,n))}</div>
        ${e.isAdmin?b`<button
                class="icon"
                aria-label=${r(`refresh`)}
                title=${r(`refresh`)}
                ?disabled=${!e.connected}
                @click=${()=>ei(this,{action:`refresh_lock`,lock:n})}
              >
                ${B(`M17.65,6.35C16.2,4.9 14.21,4 12,4A8,8 0 0,0 4,12A8,8 0 0,0 12,20C15.73,20 18.84,17.45 19.73,14H17.65C16.83,16.33 14.61,18 12,18A6,6 0 0,1 6,12A6,6 0 0,1 12,6C13.66,6 15.14,6.69 16.22,7.78L13,11H20V4L17.65,6.35Z`)}
              </button>`:S}
      </div>
      ${ri(e,[...n.problems,...n.codes.flatMap(e=>jn(e)===`expired`?[]:wn(e,n))])}
      ${ni(this,e,n,n.problems)}
      ${n.may_be_outdated&&n.codes_known?b`<div class="banner">
              ${B(t)}
              <p class="text">${r(`codes_outdated`)}</p>
            </div>`:S}
      ${n.codes_known&&!n.unmanaged_known?b`<div class="banner">
              ${B(t)}
              <p class="text">${r(`unmanaged_unknown`)}</p>
            </div>`:S}
      ${i?b`<div class="banner" role="status">
              ${B(t)}
              <p class="text">${r(`no_such_code`)}</p>
            </div>`:S}
      <seam-code-list
        .context=${e}
        .lock=${n}
        .stays=${this.stays}
        .selected=${this.selected}
      ></seam-code-list>
    `}static{this.styles=[H,v`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--seam-gap);
      }
      .facts {
        display: flex;
        align-items: center;
        justify-content: space-between;
        padding-inline: 4px;
        color: var(--secondary-text-color);
      }
      .facts div {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 16px;
      }
      .facts .fact {
        display: inline-flex;
        align-items: center;
        gap: 6px;
        font-size: 0.875rem;
      }
      .facts .fact svg {
        width: 20px;
        height: 20px;
      }
      .fact.bad {
        color: var(--seam-error-text);
      }
    `]}};z([w({attribute:!1})],po.prototype,`context`,void 0),z([w({attribute:!1})],po.prototype,`lock`,void 0),z([w({attribute:!1})],po.prototype,`stays`,void 0),z([w({attribute:!1})],po.prototype,`selected`,void 0),po=z([V(`seam-lock-page`)],po);var mo=class extends C{constructor(...e){super(...e),this.locks=[],this.search=``}render(){let{t:e}=this.context,t=Fn(this.locks,this.search);return b`
      ${oi(this.locks.length,e(`search_all`),this.search,e=>{this.search=e})}
      ${t.length===0?si(e(`no_match_locks`)):b`<ul class="box">
              ${A(t,({lock:e})=>e.device_id,({lock:e,names:t})=>this.row(e,t))}
            </ul>`}
    `}row(e,t){let{t:n}=this.context,r={attention:0,active:0,scheduled:0,unmanaged:0,expired:0};for(let t of e.codes)r[jn(t)]+=1;let i=[`active`,`scheduled`,`unmanaged`].filter(e=>r[e]>0).map(e=>n(`count_${e}`,{count:r[e]})),o=r.attention>0||e.problems.length>0;return b`<li>
      <a href="/seam/lock/${e.device_id}">
        <span class="symbol ${e.online===!1?`offline`:``}"
          >${no(e)}</span
        >
        <span class="text">
          <span class="cut"><bdi>${e.name}</bdi></span>
          ${t.length>0?b`<span class="cut"><bdi>${t.join(`, `)}</bdi></span>`:S}
          <span class="secondary codes">
            ${e.codes_known?i.join(` · `)||(r.attention>0?``:n(e.unmanaged_known?`count_none`:`unmanaged_unknown`)):n(`codes_unknown`)}
            ${r.attention>0?b`<span class="chip bad"
                    >${n(`count_attention`,{count:r.attention})}</span
                  >`:o&&e.online!==!1?b`<span class="chip warn">${n(`needs_attention`)}</span>`:S}
          </span>
          <span class="facts secondary">
            ${e.area?b`<span class="fact"><bdi>${e.area}</bdi></span>`:S}
            ${io(this.context,e)}
          </span>
        </span>
        ${B(a)}
      </a>
    </li>`}static{this.styles=[H,fi,v`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 12px;
      }
      li + li {
        border-top: 1px solid var(--divider-color);
      }
      a {
        display: flex;
        align-items: center;
        gap: 16px;
        padding: 12px 16px;
        color: inherit;
        text-decoration: none;
      }
      a:hover {
        background: color-mix(in srgb, var(--primary-text-color) 4%, transparent);
      }
      a:focus-visible {
        outline-offset: -2px;
      }
      a > svg {
        color: var(--secondary-text-color);
      }
      a > svg:dir(rtl) {
        scale: -1 1;
      }
      .symbol {
        width: 40px;
        height: 40px;
        border-radius: 50%;
        display: grid;
        place-items: center;
        flex: none;
        background: color-mix(in srgb, var(--primary-color) 16%, transparent);
      }
      .symbol.offline {
        background: color-mix(in srgb, var(--error-color) 16%, transparent);
      }
      .text {
        flex: 1;
        min-width: 0;
        display: grid;
        gap: 2px;
      }
      .codes {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 2px 8px;
      }
      .chip {
        color: var(--primary-text-color);
      }
      .facts {
        display: flex;
        flex-wrap: wrap;
        gap: 0 12px;
        font-size: 0.875rem;
      }
      .fact {
        display: inline-flex;
        align-items: center;
        gap: 4px;
      }
      .fact svg {
        width: 16px;
        height: 16px;
      }
      .fact.bad {
        color: var(--seam-error-text);
      }
    `]}};z([w({attribute:!1})],mo.prototype,`context`,void 0),z([w({attribute:!1})],mo.prototype,`locks`,void 0),z([T()],mo.prototype,`search`,void 0),mo=z([V(`seam-locks`)],mo);var ho=`/config/integrations/integration/seam`,go=50,Q=class extends C{constructor(...e){super(...e),this.locks=[],this.stays=[],this.now=/* @__PURE__ */ new Date,this.search=``,this.limit=go}render(){let{stays:e,locks:t,context:n}=this,{t:r,isAdmin:i}=n,a=e.reduce((e,t)=>e+(t.stays?.length??0),0),o=Or(e,t,this.search),s=o.filter(e=>Ar(e).length>0),c=o.filter(e=>Ar(e).length===0);return b`
      ${e.map(e=>e.is_calendar_lost?Ur(r(`stays_lost`,{name:e.title})):S)}
      ${e.map(e=>Wr(n,e))}
      ${oi(a,r(`search_stays`),this.search,e=>{this.search=e})}
      ${s.length>0?this.list(r(`needs_attention`),s,s.length,ri(n,s.flatMap(e=>Ar(e).flatMap(e=>Lr(e)??[])))):S}
      ${c.length>0?this.list(r(`stays_coming`),c.slice(0,this.limit),c.length):S}
      ${ci(r,c.length>this.limit,()=>{this.limit+=go})}
      ${o.length===0&&this.search?si(r(`no_match_stays`)):S}
      ${e.length>0&&a===0?b`<p class="box empty">
              ${r(e.every(e=>e.stays)?`stays_none`:`stays_not_known`)}
            </p>`:S}
      ${i?this.calendars():S}
    `}list(e,t,n=t.length,r=S){return b`<section class="box" aria-label=${e}>
      <div class="section">
        <h2>${e}</h2>
        <span class="secondary">${n}</span>
      </div>
      ${r}
      <ul>
        ${A(t,({key:e})=>e,e=>b`<li>${this.row(e)}</li>`)}
      </ul>
    </section>`}row(e){let{context:t}=this,{t:n,hass:r}=t,{stay:i,stays:a,places:o}=e,s=o.flatMap(e=>this.link(e)??[]),c=e=>I(r,e,this.now),l=Date.parse(i.starts_at)<=this.now.getTime(),u=Qr(t,Nr(e),this.stays);return b`
      <div class="row stay">
        <div class="text">
          <div class="cut" title=${i.name}><bdi>${i.name}</bdi></div>
          <div class="secondary times">
            ${l?n(`until`,{time:c(i.ends_at)}):n(`from_to`,{start:c(i.starts_at),end:c(i.ends_at)})}
          </div>
          <div class="secondary">
            ${s.map((e,t)=>b`${t?`, `:``}${e}`)}
            ${s.length>0&&this.stays.length>1?`·`:S}
            ${this.stays.length>1?b`<bdi>${a.title}</bdi>`:S}
          </div>
          ${u?b`<div class="secondary"><bdi>${u}</bdi></div>`:S}
        </div>
        ${i.has_arrived?b`<span class="chip good">${n(`arrived`)}</span>`:Xr(t,i.verdict)}
        ${this.controls(e)}
      </div>
      ${jr(e).map(e=>this.reason(e,o.length>1))}
    `}controls({places:e}){let t=e.flatMap(({lock:e,code:t})=>e&&t?{lock:e,code:t}:[]),n=t.filter(({code:e})=>e.can.reveal===!0),r=n[0]??t[0];return!r||!this.context.isAdmin?S:b`<seam-stay-controls
      .context=${this.context}
      .lock=${r.lock}
      .code=${r.code}
      .entries=${n}
    ></seam-stay-controls>`}link({lock:e,code:t}){return e?b`<a class="link" href="/seam/${t?`codes/${t.access_code_id}`:`lock/${e.device_id}`}"><bdi>${e.name}</bdi></a>`:void 0}reason(e,t){let{lock:n,code:r,reason:i}=e,a=Lr(e);return b`<div class="reason">
      ${i?b`<p>
              ${t&&n?b`<bdi>${n.name}</bdi>: `:S}<bdi
                >${i}</bdi
              >
            </p>`:S}
      ${n&&a?ni(this,this.context,n,[a],r):S}
    </div>`}calendars(){let{stays:e,context:t}=this,{t:n,connected:r}=t;return b`<section class="box" aria-label=${n(`stays_calendars`)}>
      <div class="section"><h2>${n(`stays_calendars`)}</h2></div>
      ${e.length===0?b`<p class="empty">${n(`stays_hint`)}</p>
              <p class="empty">${n(`stays_hint_calendar`)}</p>`:S}
      <ul>
        ${e.map(e=>b`<li class="row">
            <span class="text cut"><bdi>${e.title}</bdi></span>
            <a
              class="button"
              href="${ho}#config_entry=${e.entry_id}"
              aria-label=${n(`stays_edit`,{name:e.title})}
              >${n(`edit`)}</a
            >
            <button
              class="tonal"
              aria-label="${n(`stays_preview`)}: ${e.title}"
              ?disabled=${!r}
              @click=${()=>ei(this,{action:`preview_stays`,stays:e})}
            >
              ${n(`stays_preview`)}
            </button>
          </li>`)}
      </ul>
      <p class="add">
        <a class="button" href=${ho}>${B(p)} ${n(`stays_add`)}</a>
        <span class="secondary">${n(`opens_settings`,{action:n(`stays_add`)})}</span>
      </p>
    </section>`}static{this.styles=[H,fi,v`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--seam-gap);
      }
      .row {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 12px;
        padding: 8px 16px;
        min-height: 56px;
      }
      .text {
        flex: 1;
        min-width: 0;
      }
      .stay:has(seam-stay-controls) {
        padding-inline-end: 4px;
      }
      li + li {
        border-top: 1px solid var(--divider-color);
      }
      .box:not(:last-child) li {
        content-visibility: auto;
        contain-intrinsic-size: auto 76px;
      }
      .reason {
        display: grid;
        gap: 8px;
        padding: 0 16px 12px;
        overflow-wrap: anywhere;
      }
      .add {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 8px;
        padding: 4px 8px 8px;
      }
      .add .secondary {
        padding-inline: 8px;
      }
      @media (max-width: 480px) {
        .text {
          flex-basis: 100%;
        }
        .stay {
          display: grid;
          grid-template-columns: minmax(0, 1fr) auto auto;
          gap: 2px 0;
        }
        .stay .text {
          grid-area: 1 / 1;
        }
        .stay .chip {
          grid-area: 2 / 1;
          justify-self: start;
        }
      }
    `]}};z([w({attribute:!1})],Q.prototype,`context`,void 0),z([w({attribute:!1})],Q.prototype,`locks`,void 0),z([w({attribute:!1})],Q.prototype,`stays`,void 0),z([w({attribute:!1})],Q.prototype,`now`,void 0),z([T()],Q.prototype,`search`,void 0),z([T()],Q.prototype,`limit`,void 0),Q=z([V(`seam-stays`)],Q);var _o=`important`,vo=` !`+_o,yo=Et(class extends Dt{constructor(e){if(super(e),e.type!==k.ATTRIBUTE||e.name!==`style`||e.strings?.length>2)throw Error("The `styleMap` directive must be used in the `style` attribute and must be the only part in the attribute.")}render(e){return Object.keys(e).reduce((t,n)=>{let r=e[n];return r==null?t:t+`${n=n.includes(`-`)?n:n.replace(/(?:^(webkit|moz|ms|o)|)(?=[A-Z])/g,`-$&`).toLowerCase()}:${r};`},``)}update(e,[t]){let{style:n}=e.element;if(this.ft===void 0)return this.ft=new Set(Object.keys(t)),this.render(t);for(let e of this.ft)t[e]??(this.ft.delete(e),e.includes(`-`)?n.removeProperty(e):n[e]=null);for(let e in t){let r=t[e];if(r!=null){this.ft.add(e);let t=typeof r==`string`&&r.endsWith(vo);e.includes(`-`)||t?n.setProperty(e,t?r.slice(0,-11):r,t?_o:``):n[e]=r}}return x}}),bo=v`
  :host {
    --name: 168px;
    --lane: 32px;
  }
  .chart {
    position: relative;
    /* The days stay at the top. */
    overflow: visible;
  }
  .days {
    position: sticky;
    top: 0;
    z-index: 1;
    height: 44px;
    margin-inline-start: var(--name);
    pointer-events: none;
    background: var(--ha-card-background, var(--card-background-color));
    font-size: 0.75rem;
    line-height: 1.4;
    border-start-end-radius: var(--seam-radius);
  }
  /* Covers the names that scroll past. */
  .days::before {
    content: "";
    position: absolute;
    inset-block: 0;
    inset-inline-end: 100%;
    inline-size: var(--name);
    background: inherit;
    border-start-start-radius: var(--seam-radius);
  }
  .days > span {
    position: absolute;
    inset-block: 0;
    display: grid;
    place-content: center;
    text-align: center;
    color: var(--secondary-text-color);
    border-inline-start: 1px solid var(--divider-color);
    overflow: hidden;
  }
  /* A week starts. */
  .days .week {
    border-inline-start-color: var(--secondary-text-color);
  }
  .days .weekday {
    display: block;
  }
  .days .today {
    font-weight: 700;
    color: var(--primary-text-color);
  }
  .days i {
    position: absolute;
    bottom: 0;
    height: 8px;
    border-inline-start: 2px solid var(--error-color, #db4437);
  }
  li {
    display: grid;
    grid-template-columns: var(--name) minmax(0, 1fr);
    align-items: start;
    border-top: 1px solid var(--divider-color);
    content-visibility: auto;
    contain-intrinsic-size: auto 37px;
  }
  h3 {
    padding: 7px 12px 0 16px;
    font-size: 0.875rem;
    font-weight: 500;
  }
  .track {
    position: relative;
    overflow: hidden;
    border-inline-start: 1px solid var(--divider-color);
  }
  .bar,
  .gap,
  .overlap {
    position: absolute;
    height: calc(var(--lane) - 4px);
    font-size: 0.8125rem;
    line-height: calc(var(--lane) - 4px);
  }
  .bar {
    display: flex;
    align-items: center;
    gap: 4px;
    min-width: 24px;
    padding-inline: 8px;
    border-radius: 6px;
    overflow: hidden;
    color: var(--primary-text-color);
    text-decoration: none;
    container-type: inline-size;
    --tone: var(--disabled-text-color, #888);
    --card: var(--ha-card-background, var(--card-background-color));
    background: color-mix(in srgb, var(--tone) 24%, var(--card));
    border: 1px solid color-mix(in srgb, var(--tone) 60%, var(--card));
    line-height: calc(var(--lane) - 6px);
  }
  .bar.good {
    --tone: var(--success-color, #43a047);
  }
  .bar.info {
    --tone: var(--info-color, #039be5);
  }
  .bar.warn {
    --tone: var(--warning-color, #ffa600);
  }
  .bar.bad {
    --tone: var(--error-color, #db4437);
  }
  .name {
    flex: 1;
  }
  /* Less than a letter or two. */
  @container (max-width: 40px) {
    svg + .name {
      display: none;
    }
  }
  .bar svg {
    width: 16px;
    height: 16px;
  }
  .bar:focus-visible {
    outline-offset: -2px;
  }
  .earlier {
    border-start-start-radius: 0;
    border-end-start-radius: 0;
    border-inline-start-width: 0;
  }
  .later {
    border-start-end-radius: 0;
    border-end-end-radius: 0;
    border-inline-end-width: 0;
  }
  .endless {
    border-style: dashed;
  }
  .gap {
    top: 4px;
    display: grid;
    place-items: center;
    container-type: inline-size;
    color: var(--secondary-text-color);
    background: repeating-linear-gradient(
        90deg,
        var(--secondary-text-color) 0 2px,
        transparent 2px 6px
      )
      center / 100% 1px no-repeat;
  }
  .gap span {
    max-width: 100%;
    padding: 0 6px;
    white-space: nowrap;
    background: var(--ha-card-background, var(--card-background-color));
    font-size: 0.75rem;
  }
  @container (max-width: 72px) {
    .gap span {
      display: none;
    }
  }
  .overlap {
    inset-block: 0;
    height: auto;
    background: repeating-linear-gradient(
      135deg,
      color-mix(in srgb, var(--warning-color, #ffa600) 40%, transparent) 0 4px,
      transparent 4px 8px
    );
  }
  .more {
    grid-column: 2;
    justify-self: start;
  }
  @media (pointer: coarse), (max-width: 600px) {
    :host {
      --lane: 48px;
    }
    h3.cut {
      padding-block: 12px;
      overflow: visible;
      overflow-wrap: anywhere;
      white-space: normal;
    }
  }
  @media (max-width: 700px) {
    :host {
      --name: 0px;
    }
    li {
      grid-template-columns: minmax(0, 1fr);
    }
    .more {
      grid-column: 1;
    }
    .bar {
      padding-inline: 4px;
    }
    .track {
      border: 0;
    }
  }
`,xo=6;function So(e,{gap:t,overlaps:n},r){let{t:i}=e,a=n.map(({code:e})=>L(e)).join(`, `);return[...a?[i(`overlaps_with`,{names:a})]:[],...t?[i(Co(t,r)?`free_for`:`then_free`,{duration:wo(e,t,r)})]:[]]}function Co({start:e,end:t},n){return e<=n.getTime()&&n.getTime()<t}function wo({hass:e},t,n){return an(e,t.end-(Co(t,n)?n.getTime():t.start))}var To=class extends C{constructor(...e){super(...e),this.rows=[],this.now=/* @__PURE__ */ new Date,this.isByLock=!1,this.unfolded=/* @__PURE__ */ new Set}render(){let{days:e}=this,{hass:t}=this.context,n=e=>qt(t,e),r=n({weekday:`short`}),i=e.days.some(({start:e})=>r.format(e).length>4)?n({weekday:`narrow`}):r,a=n({day:`numeric`}),o=Qt(t.locale),s=this.now.getTime();return b`<section class="box chart">
      <div class="days" aria-hidden="true">
        ${e.days.map(({date:t,start:n},r)=>{let s=e.days[r+1]?.start??e.end,c=r>0&&new Date(t).getUTCDay()===o;return b`<span
            class="${t===this.context.date?`today`:``} ${c?`week`:``}"
            style=${Oo({start:n,end:s},e)}
            ><span class="weekday">${i.format(n)}</span> ${a.format(n)}</span
          >`})}
        ${s>e.start&&s<e.end?b`<i style=${Oo({start:s,end:s},e)}></i>`:S}
      </div>
      <ul>
        ${A(this.rows,({key:e})=>e,t=>this.row(t,e))}
      </ul>
    </section>`}row(e,t){let{t:n}=this.context,r=this.isByLock,i=this.unfolded.has(e.key),a=i?e.lanes:Math.min(e.lanes,xo),o=Eo(Math.max(a,1));return b`<li>
      <h3 class="cut">
        ${r?b`<a class="link" href="/seam/lock/${e.key}"><bdi>${e.name}</bdi></a>`:b`<bdi>${e.name}</bdi>`}
      </h3>
      <div class="track" style=${yo({height:o})}>
        ${e.overlaps.map(e=>b`<span class="overlap" style=${Oo(e,t)}></span>`)}
        ${e.gaps.map(e=>{let r=wo(this.context,e,this.now);return b`<span
            class="gap"
            aria-hidden="true"
            title=${n(`free_for`,{duration:r})}
            style=${Oo(Do(e,t),t)}
            ><span class="cut">${r}</span></span
          >`})}
        ${e.bars.filter(({lane:e})=>e<a).map(e=>this.bar(e,t,r))}
      </div>
      ${e.lanes>xo?b`<button
              class="more"
              aria-expanded=${i}
              @click=${()=>{let t=new Set(this.unfolded);t.delete(e.key)||t.add(e.key),this.unfolded=t}}
            >
              ${i?n(`fewer`):n(`show_all`,{count:e.bars.length})}
            </button>`:S}
    </li>`}bar(e,t,n){let{context:r}=this,{code:i,lock:a}=e.entry,{t:o}=r,s=L(i),c=[o(`timeline_bar`,{name:s,lock:a.name,times:Zr(r,i),state:Jr(r,i.state)}),...So(r,e,this.now)].join(` · `);return b`<a
      class="bar ${qr(i.state)} ${e.isEarlier?`earlier`:``} ${e.isLater?`later`:``} ${e.isEndless?`endless`:``}"
      href="/seam/codes/${i.access_code_id}"
      aria-label=${c}
      title=${c}
      style=${Oo(e,t,{top:Eo(e.lane)})}
      >${e.overlaps.length>0?B(`M21,9L17,5V8H10V10H17V13M7,11L3,15L7,19V16H14V14H7V11Z`):S}<span class="cut name"><bdi>${n?s:a.name}</bdi></span>${e.isEndless?b`<span>∞</span>`:S}</a
    >`}static{this.styles=[H,bo]}};z([w({attribute:!1})],To.prototype,`context`,void 0),z([w({attribute:!1})],To.prototype,`rows`,void 0),z([w({attribute:!1})],To.prototype,`days`,void 0),z([w({attribute:!1})],To.prototype,`now`,void 0),z([w({type:Boolean})],To.prototype,`isByLock`,void 0),z([T()],To.prototype,`unfolded`,void 0),To=z([V(`seam-timeline-chart`)],To);function Eo(e){return`calc(${e} * var(--lane) + 4px)`}function Do({start:e,end:t},n){return{start:Math.max(e,n.start),end:Math.min(t,n.end)}}function Oo({start:e,end:t},n,r={}){let i=e=>`${(e/(n.end-n.start)*100).toFixed(3)}%`;return yo({insetInlineStart:i(e-n.start),inlineSize:i(t-e),...r})}var ko=[`lock`,`person`,`table`],Ao=7,jo=150,$=class extends C{constructor(...e){super(...e),this.locks=[],this.stays=[],this.now=/* @__PURE__ */ new Date,this.offset=0,this.view=`lock`,this.limit=jo,this.search=``}render(){let{context:e,offset:t,search:n,view:r}=this,{t:i,hass:o}=e,s=mr(e.date,t,F(o)),c=Bn(this.locks).filter(({code:e})=>!e.is_backup),l=_r(r===`person`?gr(c,s,this.stays):hr(this.locks,c,s),n),u=l.flatMap(({bars:e})=>e).filter(e=>vr(e,n)),d=u.length===0,f=r===`table`?u.length:l.length,p=e=>{this.offset=Math.max(-90,Math.min(76,t+e))},m=qt(o,{day:`numeric`,month:`short`,year:`numeric`});return b`
      ${oi(Math.max(this.locks.length,c.length),i(`search_all`),n,e=>{this.search=e})}
      <div class="choices">
        <button
          class="icon"
          aria-label=${i(`earlier`)}
          ?disabled=${t<=-90}
          @click=${()=>p(-Ao)}
        >
          ${B(`M15.41,16.58L10.83,12L15.41,7.41L14,6L8,12L14,18L15.41,16.58Z`)}
        </button>
        <h2><bdi role="status">${m.formatRange(s.start,s.end-1)}</bdi></h2>
        <button
          class="icon"
          aria-label=${i(`later`)}
          ?disabled=${t>=76}
          @click=${()=>p(Ao)}
        >
          ${B(a)}
        </button>
        <button ?disabled=${t===0} @click=${()=>p(-t)}>
          ${i(`today`)}
        </button>
        <label>
          <span class="visually-hidden">${i(`rows`)}</span>
          <select
            @change=${e=>{this.view=e.target.value}}
          >
            ${ko.map(e=>b`<option value=${e} ?selected=${e===r}>
                ${i(`rows_${e}`)}
              </option>`)}
          </select>
        </label>
      </div>
      ${d?n?si(i(`no_match_timeline`)):b`<p class="box empty">${i(`timeline_none`)}</p>`:r===`table`?this.table(u.slice(0,this.limit)):b`<seam-timeline-chart
                .context=${e}
                .rows=${l.slice(0,this.limit)}
                .days=${s}
                .now=${this.now}
                ?isByLock=${r===`lock`}
              ></seam-timeline-chart>`}
      ${f>this.limit&&!d?b`<button
              @click=${()=>{this.limit=1/0}}
            >
              ${i(`show_all`,{count:f})}
            </button>`:S}
    `}table(e){let{context:t}=this,{t:n}=t;return b`<section class="box scroll" tabindex="0" aria-label=${n(`timeline`)}>
      <table role="table">
        <thead role="rowgroup">
          <tr role="row">
            ${[`lock`,`person`,`times`,`state`,`notes`].map(e=>b`<th scope="col" role="columnheader">${n(e)}</th>`)}
          </tr>
        </thead>
        <tbody role="rowgroup">
          ${e.map(e=>b`<tr role="row">
              <td role="cell" class="lock"><bdi>${e.entry.lock.name}</bdi></td>
              <td role="cell" class="person">
                <a class="link" href="/seam/codes/${e.entry.code.access_code_id}"
                  ><bdi>${L(e.entry.code)}</bdi></a
                >
              </td>
              <td role="cell" class="times">${Zr(t,e.entry.code)}</td>
              <td role="cell" class="state">${Yr(t,e.entry.code.state)}</td>
              <td role="cell" class="notes">${So(t,e,this.now).join(` · `)}</td>
            </tr>`)}
        </tbody>
      </table>
    </section>`}static{this.styles=[H,fi,v`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 12px;
      }
      .choices {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px;
      }
      .choices label {
        margin-inline-start: auto;
      }
      .choices svg:dir(rtl) {
        scale: -1 1;
      }
      select {
        height: 44px;
        border: 1px solid var(--divider-color);
        border-radius: 22px;
        background: var(--card-background-color);
        padding: 0 12px;
      }
      /* What moves the days in the first line, and the rest in the second. */
      @media (max-width: 480px) {
        h2 {
          flex: 1 0 calc(100% - 96px);
          text-align: center;
        }
      }
      .empty {
        padding: 24px 16px;
        text-align: center;
      }
      .scroll {
        overflow-x: auto;
      }
      table {
        width: 100%;
        border-collapse: collapse;
        font-size: 0.875rem;
      }
      th,
      td {
        padding: 8px 16px;
        text-align: start;
        vertical-align: top;
        overflow-wrap: anywhere;
        min-width: 96px;
        border-bottom: 1px solid var(--divider-color);
      }
      tr:last-child td {
        border-bottom: 0;
      }
      /* A block for each code. The roles stay those of a table. */
      @media (max-width: 600px) {
        thead {
          position: absolute;
          width: 1px;
          height: 1px;
          overflow: hidden;
          clip-path: inset(50%);
        }
        table,
        tbody,
        tr,
        td {
          display: block;
        }
        tr {
          display: grid;
          grid-template-columns: minmax(0, 1fr) auto;
          gap: 2px 12px;
          padding: 12px 16px;
          border-bottom: 1px solid var(--divider-color);
        }
        tr:last-child {
          border-bottom: 0;
        }
        td {
          padding: 0;
          border: 0;
          min-width: 0;
        }
        .person {
          grid-area: 1 / 1;
          font-weight: 500;
        }
        .state {
          grid-area: 1 / 2;
        }
        .lock,
        .times,
        .notes {
          grid-column: 1 / -1;
          color: var(--secondary-text-color);
        }
      }
    `]}};z([w({attribute:!1})],$.prototype,`context`,void 0),z([w({attribute:!1})],$.prototype,`locks`,void 0),z([w({attribute:!1})],$.prototype,`stays`,void 0),z([w({attribute:!1})],$.prototype,`now`,void 0),z([T()],$.prototype,`offset`,void 0),z([T()],$.prototype,`view`,void 0),z([T()],$.prototype,`limit`,void 0),z([T()],$.prototype,`search`,void 0),$=z([V(`seam-timeline`)],$);var Mo=2*N;function No({locks:e,stays:t,entries:n},r){let i=Zn(n),a={attention:[],stays:[],isUncertain:!1,now:[],arriving:[],leaving:[],problems:[],locks:e.filter(t=>Nn(t)||t.online===!1&&t.problems.length===0||!t.codes_known&&!i.has(t.entry_id)&&e.some(e=>e.codes_known))},o=(e,{starts_at:t})=>e===`setting`&&(!t||Date.parse(t)<=r.getTime()),s=e=>{let t=e?Date.parse(e)-r.getTime():-1;return t>=0&&t<=Mo};for(let t of Bn(e)){let{code:e}=t;e.is_backup||(Dn(e)&&a.attention.push(t),e.is_managed&&(e.state===`unknown`||o(e.state,e))&&(a.isUncertain=!0),e.state!==`expired`&&(s(e.starts_at)&&a.arriving.push(t),s(e.ends_at)&&a.leaving.push(t),e.state===`active`&&a.now.push(t)))}let c=e=>e?Date.parse(e):1/0;a.arriving.sort((e,t)=>c(e.code.starts_at)-c(t.code.starts_at)),a.leaving.sort((e,t)=>c(e.code.ends_at)-c(t.code.ends_at)),a.now.sort((e,t)=>zn(e.code,t.code)),a.attention.sort((e,t)=>c(e.code.starts_at)-c(t.code.starts_at)||zn(e.code,t.code));let l=new Set(a.attention.map(({code:e})=>e.access_code_id));for(let n of Or(t,e,``)){for(let e of Ar(n))l.has(e.access_code_id??``)||a.stays.push({arrival:n,place:e});let{has_arrived:e,verdict:t,...r}=n.stay;!e&&(t===`unknown`||o(t,r))&&(a.isUncertain=!0)}let u=/* @__PURE__ */ new Map;for(let t of e)for(let e of t.problems){let n=t.entry_id+En(e),r=u.get(n);r?r.locks.push(t):u.set(n,{problem:e,locks:[t]})}return a.problems=[...u.values()],a}var Po=v`
  :host {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr));
    gap: var(--seam-gap);
    align-items: start;
  }
  .column {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--seam-gap);
  }
  .wide,
  .headline {
    grid-column: 1 / -1;
  }
  .headline {
    display: flex;
    align-items: center;
    gap: 16px;
    padding: 12px 4px;
    --tone: var(--secondary-text-color);
  }
  .headline.good {
    --tone: var(--success-color, #43a047);
  }
  .headline.bad {
    --tone: var(--error-color, #db4437);
  }
  .headline svg {
    width: 48px;
    height: 48px;
    color: var(--tone);
  }
  .headline h2 {
    font-size: 1.5rem;
    font-weight: 400;
    line-height: 1.3;
  }
  li + li,
  .problem + ul:has(li),
  .problem + .problem {
    border-top: 1px solid var(--divider-color);
  }
  .problem {
    display: grid;
    gap: 8px;
    padding: 8px 16px 12px;
  }
  .power {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 16px;
    padding: 10px 16px;
  }
  .stay {
    justify-content: space-between;
  }
  .stay .text {
    display: grid;
    overflow-wrap: anywhere;
  }
  .fact {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    font-size: 0.875rem;
    color: var(--secondary-text-color);
  }
  .fact svg {
    width: 20px;
    height: 20px;
  }
  .fact.bad {
    color: var(--seam-error-text);
  }
  .used {
    display: flex;
    justify-content: space-between;
    gap: 12px;
    padding: 10px 16px;
  }
  .used .secondary {
    white-space: nowrap;
  }
  summary {
    display: flex;
    align-items: center;
    gap: 12px;
    padding: 8px 16px;
    padding-inline-end: 12px;
    min-height: 56px;
    cursor: pointer;
    list-style: none;
  }
  summary::-webkit-details-marker {
    display: none;
  }
  summary:focus-visible {
    outline-offset: -2px;
  }
  summary > svg {
    color: var(--secondary-text-color);
    transition: rotate 150ms;
  }
  [open] > summary > svg {
    rotate: 180deg;
  }
  summary .text {
    flex: 1;
    min-width: 0;
    display: grid;
  }
  @media (max-width: 480px) {
    summary {
      display: grid;
      grid-template-columns: minmax(0, 1fr) auto;
      gap: 2px 12px;
    }
    summary .chip {
      grid-area: 2 / 1;
      justify-self: start;
    }
    summary > svg {
      grid-area: 1 / 2 / span 2;
    }
  }
  details ul {
    background: color-mix(in srgb, var(--primary-text-color) 4%, transparent);
  }
  .more {
    width: 100%;
    border-radius: 0;
  }
`,Fo=6,Io=class extends C{constructor(...e){super(...e),this.now=/* @__PURE__ */ new Date,this.isAllShown=!1}render(){let{t:e,isAdmin:t}=this.context,{locks:n}=this.snapshot,r=No(this.snapshot,this.now),{attention:i}=r,a=n.flatMap(({name:e,last_used:t})=>t?.at?[{lock:e,name:t.name,at:t.at}]:[]).sort((e,t)=>Date.parse(t.at)-Date.parse(e.at)).slice(0,5);return b`
      ${this.headline(r)}
      ${i.length+r.stays.length+r.problems.length+r.locks.length>0?b`<section class="box wide" aria-label=${e(`needs_attention`)}>
              <div class="section"><h2>${e(`needs_attention`)}</h2></div>
              ${ri(this.context,[...r.problems.map(({problem:e})=>e),...i.flatMap(({lock:e,code:t})=>wn(t,e))])}
              ${r.problems.map(e=>this.sharedProblem(e))}
              <ul>
                ${r.locks.map(t=>b`<li class="power">
                    <a class="link" href="/seam/lock/${t.device_id}"><bdi>${t.name}</bdi></a>
                    ${ao(this.context,t)}
                    ${t.codes_known?S:b`<span class="secondary">${e(`codes_unknown`)}</span>`}
                  </li>`)}
                ${r.stays.map(e=>this.stay(e))}
                ${A(i,({code:e})=>e.access_code_id,e=>b`<li>
                    ${this.row(e,!0,``,this.reason(e))}
                  </li>`)}
              </ul>
            </section>`:S}
      ${this.group(e(`active_now`),r.now,e(`nobody_in`),Fo)}
      <div class="column">
        ${this.group(e(`arriving`),r.arriving,e(`nobody_arriving`),1/0,e=>this.timed(`arrives`,e.code.starts_at))}
        ${this.group(e(`leaving`),r.leaving,e(`nobody_leaving`),1/0,e=>this.timed(`leaves`,e.code.ends_at))}
        ${a.length>0?this.lastUsed(a):S}
      </div>
      ${t?S:b`<p class="secondary wide">${e(`read_only`)}</p>`}
    `}timed(e,t){let{hass:n,t:r}=this.context;return t?r(e,{time:I(n,t,this.now)}):``}headline(e){let{tone:t=``,path:n,text:r,hint:i}=this.summary(e);return b`<header class="headline ${t}">
      ${B(n)}
      <div>
        <h2>${r}</h2>
        ${i?b`<p class="secondary">${i}</p>`:S}
      </div>
    </header>`}summary({attention:t,stays:r,problems:i,locks:a,now:o,isUncertain:s}){let{t:c,isAdmin:u,isCurrent:d}=this.context,{locks:f,entries:p}=this.snapshot,m=t.length+r.length,h=(/* @__PURE__ */ new Set([...a,...i.flatMap(({locks:e})=>e)])).size,g=h>0?c(`headline_locks`,{count:h}):``;return m>0?{tone:`bad`,path:e,text:c(`headline_attention`,{count:m}),hint:g}:s||!d||!f.every(e=>e.codes_known)||Zn(p).size>0?{path:l,text:c(`headline_unknown`),hint:g}:f.every(e=>e.codes.length===0)?{path:`M16,14H17.5V16.82L19.94,18.23L19.19,19.53L16,17.69V14M17,12A5,5 0 0,0 12,17A5,5 0 0,0 17,22A5,5 0 0,0 22,17A5,5 0 0,0 17,12M17,10A7,7 0 0,1 24,17A7,7 0 0,1 17,24C14.21,24 11.8,22.36 10.67,20H1V17C1,14.34 6.33,13 9,13C9.6,13 10.34,13.07 11.12,13.2C12.36,11.28 14.53,10 17,10M10,17C10,16.3 10.1,15.62 10.29,15C9.87,14.93 9.43,14.9 9,14.9C6.03,14.9 2.9,16.36 2.9,17V18.1H10.09C10.03,17.74 10,17.37 10,17M9,4A4,4 0 0,1 13,8A4,4 0 0,1 9,12A4,4 0 0,1 5,8A4,4 0 0,1 9,4M9,5.9A2.1,2.1 0 0,0 6.9,8A2.1,2.1 0 0,0 9,10.1A2.1,2.1 0 0,0 11.1,8A2.1,2.1 0 0,0 9,5.9Z`,text:c(`headline_none`),hint:u?c(`headline_none_hint`):``}:{tone:`good`,path:n,text:c(`headline_good`),hint:g||c(`headline_good_hint`,{count:o.length})}}stay({arrival:{stay:e},place:t}){let{hass:n,t:r}=this.context,{reason:i,lock:a,verdict:o}=t,s=e=>I(n,e,this.now);return b`<li class="power stay">
      <span class="text">
        <a class="link" href="/seam/stays"><bdi>${e.name}</bdi></a>
        <span class="secondary">
          ${r(`from_to`,{start:s(e.starts_at),end:s(e.ends_at)})}${a?b` · <bdi>${a.name}</bdi>`:S}
        </span>
        ${i?b`<span class="secondary"><bdi>${i}</bdi></span>`:S}
      </span>
      ${Xr(this.context,o)}
    </li>`}sharedProblem({problem:e,locks:t}){let[n,...r]=t;return b`<div class="problem">
      <p>
        <a class="link" href="/seam/lock/${n.device_id}"><bdi>${n.name}</bdi></a>${r.map(e=>b`, <a class="link" href="/seam/lock/${e.device_id}"><bdi>${e.name}</bdi></a>`)}
      </p>
      ${ni(this,this.context,n,[e],void 0,t)}
    </div>`}group(e,t,n,r,i){let{t:a}=this.context,o=Hn(t,this.snapshot.stays),s=this.isAllShown?o:o.slice(0,r);return b`<section class="box" aria-label=${e}>
      <div class="section">
        <h2>${e}</h2>
        ${i?b`<span class="secondary">${a(`next_48_hours`)}</span>`:b`<span class="secondary">${o.length||``}</span>`}
      </div>
      ${o.length===0?b`<p class="empty">${n}</p>`:b`<ul>
              ${A(s,([e])=>e?.code.access_code_id,e=>b`<li>${this.person(e,i)}</li>`)}
            </ul>`}
      ${s.length<o.length?b`<button
              class="more"
              @click=${()=>{this.isAllShown=!0}}
            >
              ${a(`show_all`,{count:o.length})}
            </button>`:S}
    </section>`}person(e,t){let{context:n}=this,[r]=e;if(e.length===1)return this.row(r,!1,t?.(r));let a=new Intl.ListFormat(n.hass.locale.language).format(e.map(({lock:e})=>e.name));return b`<details>
      <summary>
        <span class="text">
          <span class="cut"><bdi>${L(r.code)}</bdi></span>
          <span class="secondary times"
            >${t?.(r)??Zr(n,r.code)}</span
          >
          <span class="secondary cut"><bdi>${a}</bdi></span>
        </span>
        ${Yr(n,Hr(e.map(({code:e})=>e)))}
        ${B(i)}
      </summary>
      <ul>
        ${A(e,({code:e})=>e.access_code_id,e=>b`<li>${this.row(e,!1,e.lock.name)}</li>`)}
      </ul>
    </details>`}reason(e){let t=Tn(e);return t===`offline`?this.context.t(`is_offline`,{lock:e.lock.name}):t?.message??``}row(e,t,n=``,r=``){let{context:i}=this;return b`<seam-code-row
      .context=${i}
      .lock=${e.lock}
      .code=${e.code}
      .samePinAs=${uo(e.lock,e.code)}
      .note=${n}
      .reason=${r}
      .withProblems=${t}
      ?admin=${i.isAdmin}
      ?withLock=${n!==e.lock.name}
    ></seam-code-row>`}lastUsed(e){let{t,hass:n}=this.context;return b`<section class="box" aria-label=${t(`last_used`)}>
      <div class="section"><h2>${t(`last_used`)}</h2></div>
      <ul>
        ${e.map(({lock:e,name:r,at:i})=>b`<li class="used">
            <span class="cut">
              <bdi>${Va(t,r)??r}</bdi>
              <span class="secondary">· <bdi>${e}</bdi></span>
            </span>
            <time
              class="secondary"
              datetime=${i}
              title=${I(n,i,this.now)}
              >${rn(n,i,this.now)}</time
            >
          </li>`)}
      </ul>
    </section>`}static{this.styles=[H,Po]}};z([w({attribute:!1})],Io.prototype,`context`,void 0),z([w({attribute:!1})],Io.prototype,`snapshot`,void 0),z([w({attribute:!1})],Io.prototype,`now`,void 0),z([T()],Io.prototype,`isAllShown`,void 0),Io=z([V(`seam-today`)],Io);var Lo=`/seam`,Ro=[[``,`today`],[`locks`,`locks`],[`timeline`,`timeline`],[`stays`,`stays`],[`found`,`found_codes`],[`activity`,`activity`]];function zo(e){try{return decodeURIComponent(e)}catch{return e}}var Bo=class extends Ra{constructor(...e){super(...e),this.narrow=!1,this.route={prefix:Lo,path:``},this.positions=/* @__PURE__ */ new Map,this.isBack=!1,this.address=location.pathname,this.rememberBack=()=>{this.isBack=location.pathname!==this.address}}render(){let{context:e,snapshot:t}=this,{t:n,isAdmin:r,connected:i}=e,[a=``,o=``]=this.route.path.split(`/`).filter(Boolean).map(zo),{lock:s,codeId:c}=this.target(a,o),l=Gt(e.hass,[this.now]),u=a===`lock`||a===`codes`,d=r&&!!(s?s.can.create===!0:t?.locks.length)&&a!==`found`&&a!==`stays`&&a!==`activity`;return b`
      <header>
        <div class="bar">
          ${u?b`<button
                  class="icon back"
                  aria-label=${n(`back`)}
                  @click=${this.goBack}
                >
                  ${B(`M20,11V13H8L13.5,18.5L12.08,19.92L4.16,12L12.08,4.08L13.5,5.5L8,11H20Z`)}
                </button>`:b`<ha-menu-button
                  .hass=${this.hass}
                  .narrow=${this.narrow}
                ></ha-menu-button>`}
          <h1 class="cut" tabindex="-1"><bdi>${u&&s?s.name:n(`title`)}</bdi></h1>
          ${d?b`<button
                  class="add"
                  ?disabled=${!i}
                  @click=${()=>this.act(s?{action:`add`,lock:s}:{action:`add`})}
                >
                  ${B(p)}<span>${n(`add_guest`)}</span>
                </button>`:S}
        </div>
        ${u?S:b`<nav aria-label=${n(`sections`)}>
                ${Ro.filter(([e])=>e!==`stays`||r||t?.stays.length).map(([e,r])=>b`<a
                    href=${e?`${Lo}/${e}`:Lo}
                    aria-current=${e===a?`page`:S}
                    >${n(r)}${r===`found_codes`?this.badge(t):S}</a
                  >`)}
              </nav>`}
      </header>
      <main>
        <div class="content">
          ${Gr(e,t)}
          ${t?this.page(t,a,s,c):this.waiting()}
          ${l?b`<p class="secondary zone">${n(`time_zone`,{zone:l})}</p>`:S}
        </div>
      </main>
      ${this.overlay()}
    `}connectedCallback(){super.connectedCallback(),window.addEventListener(`popstate`,this.rememberBack)}disconnectedCallback(){super.disconnectedCallback(),window.removeEventListener(`popstate`,this.rememberBack)}willUpdate(e){super.willUpdate(e);let t=e.get(`route`);t&&this.positions.set(t.path,this.main?.scrollTop??0)}updated(e){super.updated(e);let t=e.get(`route`),n=e.has(`route`)&&t?.path!==this.route.path;(n||this.hasOtherTabs(e))&&this.shadowRoot?.querySelector(`nav [aria-current]`)?.scrollIntoView({block:`nearest`,inline:`center`}),n&&t&&this.arrive()}hasOtherTabs(e){if(!e.has(`snapshot`))return!1;let t=e.get(`snapshot`);return!t||!this.snapshot||qn(t.locks)!==qn(this.snapshot.locks)}async arrive(){let{route:e}=this;if(await new Promise(requestAnimationFrame),this.address=location.pathname,e!==this.route)return;let{isBack:t}=this;this.isBack=!1,this.main&&(this.main.scrollTop=t?this.positions.get(e.path)??0:0),this.shadowRoot?.activeElement||this.shadowRoot?.querySelector(`h1`)?.focus()}get main(){return this.shadowRoot?.querySelector(`main`)}goBack(){history.length>1?history.back():Tt(`${Lo}/locks`)}badge(e){let t=e?qn(e.locks):0;return t>0?b` <span class="badge">${t}</span>`:S}target(e,t){let n=this.snapshot?.locks??[];if(e===`lock`){let e=n.find(({device_id:e})=>e===t);return e?{lock:e}:{}}if(e===`codes`){let e=this.lockOfCode?.codeId===t?this.lockOfCode.deviceId:``,r=n.find(({codes:e})=>e.some(({access_code_id:e})=>e===t))??n.find(({device_id:t})=>t===e);return r?(this.lockOfCode={codeId:t,deviceId:r.device_id},{lock:r,codeId:t}):{codeId:t}}return{}}waiting(){let{t:e}=this.context;return this.failed?b`<p class="note" role="status">${e(`not_set_up`)}</p>`:b`<p class="note" role="status">
          <span class="spinner"></span> ${e(`loading`)}
        </p>`}page(e,t,n,r){let{context:i}=this,{t:a}=i,{locks:o}=e;if(t===`lock`||t===`codes`){if(!n){let n=t===`lock`?`no_such_lock`:`no_such_code`;return b`<p class="note">
          ${a(Qn(e)?`not_set_up`:n)}
        </p>`}return b`<seam-lock-page
        .context=${i}
        .lock=${n}
        .stays=${e.stays}
        .selected=${r}
      ></seam-lock-page>`}if(o.length===0)return b`<p class="note">${a(this.reasonForNoLocks(e))}</p>`;switch(t){case`locks`:return b`<seam-locks .context=${i} .locks=${o}></seam-locks>`;case`timeline`:return b`<seam-timeline
          .context=${i}
          .locks=${o}
          .stays=${e.stays}
          .now=${this.now}
        ></seam-timeline>`;case`stays`:return b`<seam-stays
          .context=${i}
          .locks=${o}
          .stays=${e.stays}
          .now=${this.now}
        ></seam-stays>`;case`activity`:return b`<seam-activity
          .context=${i}
          .hass=${this.hass}
          .locks=${o}
        ></seam-activity>`;case`found`:return b`<seam-found
          .context=${i}
          .locks=${o}
          .workspaces=${e.entries}
        ></seam-found>`;default:return b`<seam-today
          .context=${i}
          .snapshot=${e}
          .now=${this.now}
        ></seam-today>`}}reasonForNoLocks(e){return Qn(e)?`not_set_up`:this.context.isAdmin?e.entries.length>0?`no_locks`:`not_set_up`:`no_access`}static{this.styles=[H,pi,za]}};z([w({attribute:!1})],Bo.prototype,`narrow`,void 0),z([w({attribute:!1})],Bo.prototype,`route`,void 0),Bo=z([V(`seam-panel`)],Bo);var Vo=`seam-access-codes-card`;function Ho({entities:e},t){return t.startsWith(`lock.`)&&e[t]?.platform===`seam`}var Uo=class extends Ra{setConfig(e){this.config=e}static getStubConfig(e,t,n){let r=[...t,...n].find(t=>Ho(e,t));return r?{entity:r}:{}}static getConfigForm(){return{schema:[{name:`entity`,required:!0,selector:{entity:{filter:{integration:`seam`,domain:`lock`}}}}],computeLabel:()=>vn()(`card_lock`)}}getCardSize(){return 8}getGridOptions(){return{columns:12,min_columns:6,rows:`auto`}}render(){let{t:e,isAdmin:t,connected:n}=this.context,{snapshot:r}=this,i=r?.locks.find(({entity_id:e})=>e===this.config?.entity);return b`
      <ha-card>
        <div class="card">
          <header>
            <h2 class="cut"><bdi>${i?.name??e(`title`)}</bdi></h2>
            ${i&&t&&i.can.create===!0?b`<button
                    class="tonal"
                    ?disabled=${!n}
                    @click=${()=>this.act({action:`add`,lock:i})}
                  >
                    ${B(p)} ${e(`add_guest`)}
                  </button>`:S}
          </header>
          ${Gr(this.context,r,i?.entry_id)}
          ${this.content(i)}
        </div>
      </ha-card>
      ${this.overlay()}
    `}content(e){let{context:t,snapshot:n}=this,{t:r}=t;return e?b`<seam-lock-page
        .context=${t}
        .lock=${e}
        .stays=${n?.stays??[]}
      ></seam-lock-page>`:b`<p class="secondary" role="status">${this.config?.entity?r(n?Qn(n)?`not_set_up`:`no_such_lock`:this.failed?`not_set_up`:`loading`):r(`card_choose`)}</p>`}static{this.styles=[H,pi,v`
      .card {
        display: grid;
        gap: 12px;
        padding: 16px;
        line-height: 1.5;
        --seam-gap: 12px;
      }
      header {
        display: flex;
        align-items: center;
        gap: 12px;
      }
      header h2 {
        flex: 1;
        font-size: 1.25rem;
        font-weight: 400;
      }
    `]}};z([T()],Uo.prototype,`config`,void 0),Uo=z([V(Vo)],Uo);var Wo=window;Wo.customCards??=[];var Go=Wo.customCards;Go.some(({type:e})=>e===Vo)||(vn(),Go.push({type:Vo,get name(){return vn()(`card_name`)},get description(){return vn()(`card_description`)},documentationURL:`https://github.com/ha-seam/ha-seam`,getEntitySuggestion:(e,t)=>Ho(e,t)?{config:{type:`custom:${Vo}`,entity:t}}:null}));var Ko=`seam-access-codes-feature`,qo={ok:[n,`good`],problem:[e,`bad`],offline:[m,`bad`],unknown:[l,``]},Jo=class extends sr{render(){let{snapshot:e,hass:t}=this,{t:n,isCurrent:r}=this.context,i=e?.locks.find(({entity_id:e})=>e===this.entityId),{status:a,count:o}=Pn(r&&i&&!Zn(e?.entries??[]).has(i.entry_id)?i:void 0),[s,c]=qo[a],l=a===`ok`&&o===0?`count_none`:`feature_${a}`;return b`<a class=${c} href=${i&&`seam`in t.panels?`/seam/lock/${i.device_id}`:S}>
      ${B(s)}
      <span class="cut">
        ${e||this.failed?n(l,{count:o}):n(`loading`)}
      </span>
    </a>`}static{this.styles=[H,v`
      a {
        display: flex;
        align-items: center;
        justify-content: center;
        gap: 8px;
        height: var(--feature-height, 42px);
        padding-inline: 12px;
        border-radius: var(--feature-border-radius, 12px);
        --tone: var(--disabled-text-color, #888);
        background: color-mix(in srgb, var(--tone) 20%, transparent);
        color: inherit;
        font-weight: 500;
        text-decoration: none;
      }
      a[href]:hover {
        background: color-mix(in srgb, var(--tone) 30%, transparent);
      }
      .good {
        --tone: var(--success-color, #43a047);
      }
      .bad {
        --tone: var(--error-color, #db4437);
      }
      svg {
        width: 20px;
        height: 20px;
      }
    `]}};z([w({attribute:!1})],Jo.prototype,`entityId`,void 0),Jo=z([V(`seam-codes-link`)],Jo);var Yo=class extends C{constructor(...e){super(...e),this.context={}}setConfig(){}render(){return b`<seam-codes-link
      .hass=${this.hass}
      .entityId=${this.context.entity_id}
    ></seam-codes-link>`}};z([w({attribute:!1})],Yo.prototype,`hass`,void 0),z([w({attribute:!1})],Yo.prototype,`context`,void 0),Yo=z([V(Ko)],Yo);var Xo=window;Xo.customCardFeatures??=[];var Zo=Xo.customCardFeatures;Zo.some(({type:e})=>e===Ko)||Zo.push({type:Ko,get name(){return vn()(`feature_name`)},isSupported:(e,{entity_id:t})=>t!==void 0&&Ho(e,t)});